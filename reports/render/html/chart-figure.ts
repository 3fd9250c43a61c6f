import type { Chart } from '../../charts/chart-types.ts'
import type { ReportCharts } from '../../report.ts'
import { type ChartFrame, columnFrame, wideFrame } from './chart-look.ts'
import { chartSvg } from './chart-svg.ts'
import { htmlId } from './html-id.ts'
import { type Html, html, joined, nothing } from './template.ts'

/** The charts of a report as sections: comparison charts first, then one chart per run. */
export function chartSections({ list, notes }: ReportCharts): Html {
  const comparison = list.filter(({ about }) => about === 'comparison')
  const runs = list.filter(({ about }) => about === 'run')
  return html`${section('charts', 'Charts', comparison, notes)}
${section('runs', 'Individual runs: power, memory and output throughput', runs, [])}`
}

function section(id: string, title: string, charts: readonly Chart[], notes: readonly string[]): Html {
  if (charts.length === 0) return nothing
  const list =
    notes.length === 0 ? nothing : html`<ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>`
  return html`<section class="pictures" aria-labelledby="h-${id}"><h2 id="h-${id}">${title}</h2>
<div class="charts">${joined(charts.map(chartFigure), '\n')}</div>${list}</section>`
}

/** The chart of the first screen; a simulated one says so where the report has live runs too, otherwise the banner above it has said it. */
export const leadingFigure = (chart: Chart, isMixed: boolean): Html =>
  figure(chart, wideFrame, isMixed ? stampOf(chart) : nothing)

/** One chart with its title above and its description below. */
export const chartFigure = (chart: Chart): Html => figure(chart, columnFrame, stampOf(chart))

const stampOf = ({ simulated }: Chart): Html => (simulated ? html` <span class="stamp">SIMULATED</span>` : nothing)

/** Bars that name their workloads, and a chart with a key, are read without further words, which may then be folded. */
function figure(chart: Chart, frame: ChartFrame, stamp: Html): Html {
  const id = htmlId(chart.id)
  const caption =
    chart.kind === 'bars' || chart.key !== undefined
      ? html`<figcaption>${chart.key === undefined ? nothing : html`<p>${chart.key}</p>`}<details><summary>In words</summary><p id="s-${id}">${chart.summary}</p></details></figcaption>`
      : html`<figcaption id="s-${id}">${chart.summary}</figcaption>`
  return html`<figure id="g-${id}"><h3>${chart.title}${stamp}</h3>
${chartSvg(chart, frame)}
${caption}</figure>`
}
