import type { Chart } from '../../../charts/chart-types.ts'
import type { MoneyModel } from '../../../money-model.ts'
import { assumptionsWords } from '../../../tables/economics-rows.ts'
import type { Table } from '../../../tables/table.ts'
import { type Html, html } from '../template.ts'

/*
 * A reader may change the assumptions behind the costs. The economics and their chart follow; whatever else rests on them stands for
 * the report. Then each such part is marked, and a bar at the edge of the window says what the costs are and what did not follow.
 */

/** The bar, hidden until an assumption is another than that of the report. On paper it stands first. */
export const ownAssumptions = (money: MoneyModel): Html =>
  html`<div class="own" id="own-assumptions" role="group" aria-label="What follows your assumptions" hidden><p><strong>With your assumptions${money.workload === undefined ? '' : `, ${money.workload}`}:</strong> <span id="own-costs"></span>. <span class="still">What is marked “as reported” does not follow them and keeps ${assumptionsWords(money)}.</span></p><button type="button" id="back-to-report">Back to those of the report</button></div>`

/** A part that keeps the assumptions of the report, under a mark that is hidden until a reader changes them. */
export const kept = (part: Html): Html => html`<div class="kept">${keptMark}${part}</div>`

/** The mark alone, for a part that is an element of its own. */
export const keptMark = html`<p class="kept-mark" hidden>as reported</p>`

/** Tables of costs in words. */
const saidInWords = new Set(['winners', 'verdict'])

/** Whether a table rests on the assumptions and does not follow those of a reader. */
export const keepsTable = ({ id, rows }: Table): boolean =>
  id !== 'economics' && (saidInWords.has(id) || rows.some(({ cells }) => cells.some(({ kind }) => kind === 'money')))

/** The same of a chart: one of costs other than that which the page draws again. */
export function keepsChart(chart: Chart): boolean {
  if (chart.id === 'cost-utilisation') return false
  const axes =
    chart.kind === 'bars' ? [chart.value] : chart.kind === 'dots' ? [chart.x, chart.y] : chart.panels.map(({ y }) => y)
  return axes.some(({ label }) => /£|^Cost/.test(label))
}
