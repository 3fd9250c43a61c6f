import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { LabelLayout } from 'echarts/features'
import { SVGRenderer } from 'echarts/renderers'
import { withoutInvisible } from '../../../harness/plain-text.ts'
import type { Chart } from '../../charts/chart-types.ts'
import { CHART_WIDTH } from './chart-look.ts'
import { chartHeight, chartOption } from './chart-option.ts'
import { htmlId } from './html-id.ts'
import { type Html, html, trusted } from './template.ts'

use([
  BarChart,
  CustomChart,
  LineChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  LabelLayout,
  SVGRenderer,
])

/** A chart as an SVG element for a page; the same chart always gives the same bytes. */
export function chartSvg(chart: Chart): Html {
  const height = chartHeight(chart)
  const canvas = init(null, null, { renderer: 'svg', ssr: true, width: CHART_WIDTH, height })
  try {
    canvas.setOption(chartOption(chart))
    const id = htmlId(chart.id)
    const inner = canvas
      .renderToSVGString()
      .replace(/^<svg[^>]*>/, '')
      .replace(/<\/svg>\s*$/, '')
    const drawing = trusted(
      withoutInvisible(slim(inner, id)),
      'ECharts escapes the names that it writes into its SVG; a test draws hostile ones',
    )
    return html`<svg viewBox="0 0 ${CHART_WIDTH} ${height}" role="img" aria-label="${chart.title}" aria-describedby="s-${id}">${drawing}</svg>`
  } finally {
    canvas.dispose()
  }
}

/**
 * Removes what is for the mouse: classes, their style, and marks of the data. Ids contain the chart's id instead of the
 * number of charts drawn before. A tenth of a unit is finer than any screen.
 */
function slim(svg: string, id: string): string {
  return svg
    .replace(/( id="|url\(#)zr\d+-/g, `$1g-${id}-`)
    .replace(/<style\b[\s\S]*?<\/style>/g, '')
    .replace(/ (?:class|pointer-events|ecmeta_\w+)="[^"]*"/g, '')
    .replace(/<rect width="\d+" height="\d+" x="0" y="0" fill="none"[^>]*><\/rect>\n?/, '')
    .replace(/ (?:d|points|transform)="[^"]*"/g, (attribute) => attribute.replace(/(\d+\.\d)\d+/g, '$1'))
    .replace(/\n+/g, '')
}
