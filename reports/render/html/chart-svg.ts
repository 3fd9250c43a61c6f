import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { LabelLayout } from 'echarts/features'
import { SVGRenderer } from 'echarts/renderers'
import { withoutInvisible } from '../../../harness/plain-text.ts'
import type { Chart } from '../../charts/chart-types.ts'
import { type ChartFrame, columnFrame, FONT_PX } from './chart-look.ts'
import { chartHeight, chartOption } from './chart-option.ts'
import { htmlId } from './html-id.ts'
import { slimSvg } from './slim-svg.ts'
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
export function chartSvg(chart: Chart, frame: ChartFrame = columnFrame): Html {
  const height = chartHeight(chart, frame)
  const canvas = init(null, null, { renderer: 'svg', ssr: true, width: frame.width, height })
  try {
    canvas.setOption(chartOption(chart, frame))
    const id = htmlId(chart.id)
    const inner = canvas
      .renderToSVGString()
      .replace(/^<svg[^>]*>/, '')
      .replace(/<\/svg>\s*$/, '')
    const drawing = trusted(
      withoutInvisible(slimSvg(inner, id)),
      'ECharts escapes the names that it writes into its SVG; a test draws hostile ones',
    )
    return html`<svg viewBox="0 0 ${frame.width} ${height}" role="img" aria-label="${chart.title}" aria-describedby="s-${id}"><g fill="none" font-size="${FONT_PX}" dominant-baseline="central">${drawing}</g></svg>`
  } finally {
    canvas.dispose()
  }
}
