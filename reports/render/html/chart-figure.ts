import type { Chart } from '../../charts/chart.ts'
import type { ReportCharts } from '../../report.ts'
import { chartSvg } from './chart-svg.ts'
import { escapeHtml, htmlId } from './escape-html.ts'

/** The charts of a report as sections: those that compare, then each run in a fold of its own. */
export function chartSections({ list, notes }: ReportCharts): string {
  const comparison = list.filter(({ about }) => about === 'comparison')
  const runs = list.filter(({ about }) => about === 'run')
  const said = notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')
  return [
    section('charts', 'Charts', comparison, said),
    section('runs', 'Run by run: power, memory and tokens/s', runs, ''),
  ].join('\n')
}

function section(id: string, title: string, charts: readonly Chart[], notes: string): string {
  if (charts.length === 0) return ''
  const list = notes === '' ? '' : `<ul class="notes">${notes}</ul>`
  return `<section class="pictures" aria-labelledby="h-${id}"><h2 id="h-${id}">${title}</h2>
<div class="charts">${charts.map(figure).join('\n')}</div>${list}</section>`
}

function figure(chart: Chart): string {
  const stamp = chart.simulated ? ' <span class="stamp">SIMULATED</span>' : ''
  const id = htmlId(chart.id)
  return `<figure id="g-${id}"><h3>${escapeHtml(chart.title)}${stamp}</h3>
${chartSvg(chart)}
<figcaption id="s-${id}">${escapeHtml(chart.summary)}</figcaption></figure>`
}
