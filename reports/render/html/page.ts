import { createHash } from 'node:crypto'
import type { MoneyModel } from '../../money-model.ts'
import type { Report } from '../../report.ts'
import type { Table } from '../../tables/table.ts'
import { simulatedBanner } from '../simulated-words.ts'
import { recordLines } from '../source-lines.ts'
import { chartSections } from './chart-figure.ts'
import { clientScript } from './client-bundle.ts'
import { htmlDocument } from './document.ts'
import { pageStyle } from './page-style.ts'
import { endNotes } from './table/table-notes.ts'
import { sectionWithoutNotes } from './table/table-section.ts'
import { type Html, html, joined, jsonOf, nothing, trusted } from './template.ts'

/**
 * The report as one HTML file that loads nothing: its policy forbids the network and allows only this script.
 * Readable without the script; with it, tables can be sorted and the economics follow the reader's assumptions.
 */
export function renderHtml(report: Report): string {
  const script = clientScript()
  const hash = createHash('sha256').update(script).digest('base64')
  const title = report.title + (report.simulated ? ' (SIMULATED)' : '')
  const section = (table: Table) => {
    const form = table.id === 'economics' && report.money !== null ? moneyForm(report.money) : nothing
    return html`${form}${sectionWithoutNotes(table, 2)}`
  }
  // The audit of published claims is long: measurements and charts come first.
  const [audits = [], own = []] = [true, false].map((audit) =>
    report.tables.filter(({ id }) => id.startsWith('audit') === audit).map(section),
  )
  const charts = report.charts === undefined ? [] : [chartSections(report.charts)]
  const sections = [...own, ...charts, ...audits]
  const words = simulatedBanner(report)
  const banner = words === null ? nothing : html`<p class="banner">${words}</p>`
  const body = html`<header><h1>${title}</h1>${banner}</header>
<main>
${joined(sections, '\n')}
<section aria-labelledby="h-sources"><h2 id="h-sources">Sources</h2><ul class="sources">${sourceList(report)}</ul></section>
${endNotes(report.tables)}
</main>`
  return htmlDocument({
    title,
    style: trusted(pageStyle, 'a constant of the project'),
    body,
    script: {
      sha256: hash,
      source: trusted(script, 'bundled from the project only; it writes the content of a report as text'),
    },
  })
}

const sourceList = (report: Report): Html =>
  joined(
    recordLines(report).map((line) => html`<li>${line.trim()}</li>`),
    '\n',
  )

/** The inputs of the economics; hidden until the script has started. */
function moneyForm(money: MoneyModel): Html {
  const number = (name: string, label: string, value: number, { min, step }: { min: number; step: string }) =>
    html`<label>${label}<input name="${name}" type="number" min="${min}" step="${step}" value="${value}" inputmode="decimal"></label>`
  const percent = Number((money.utilisation * 100).toPrecision(6))
  const prices = money.cards.map(
    ({ label, priceGbp }, index) =>
      html`<label>Price, ${label}, £<input name="price-${index}" type="number" min="0" step="any" value="${priceGbp ?? ''}" inputmode="decimal"></label>`,
  )
  return html`<form id="money" hidden aria-label="Your assumptions">
<fieldset class="money"><legend>Your assumptions</legend>
<label><span>Utilisation <span id="utilisation-now">${percent} %</span></span><input name="utilisation" type="range" min="1" max="100" step="1" value="${Math.max(1, percent)}"></label>
${number('tariff', 'Tariff, £/kWh', money.tariffGbpPerKwh, { min: 0, step: '0.01' })}
${number('years', 'Years', money.years, { min: 1, step: '1' })}
${number('pue', 'PUE', money.pue, { min: 1, step: '0.05' })}
${joined(prices, '\n')}
<output aria-live="polite"></output>
</fieldset></form>
<script type="application/json" id="money-model">${jsonOf(money)}</script>
`
}
