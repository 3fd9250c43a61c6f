import { createHash } from 'node:crypto'
import type { MoneyModel, Report } from '../../report.ts'
import type { Table } from '../../tables/table.ts'
import { sourceLines } from '../source-lines.ts'
import { chartSections } from './chart-figure.ts'
import { escapeHtml, escapeJson } from './escape-html.ts'
import { pageScript } from './page-script.ts'
import { pageStyle } from './page-style.ts'
import { tableSection } from './table-section.ts'

/**
 * The report as one HTML file that loads nothing: its policy forbids the network, and lets only this one script run.
 * Readable without the script; with it, tables sort and the economics follow the reader's assumptions.
 */
export function renderHtml(report: Report): string {
  const hash = createHash('sha256').update(pageScript).digest('base64')
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
  const title = escapeHtml(report.title) + (report.simulated ? ' (SIMULATED)' : '')
  const section = (table: Table) => {
    const form = table.id === 'economics' && report.money !== null ? moneyForm(report.money) : ''
    return form + tableSection(table)
  }
  // The audit of somebody else's table is long: what was measured comes first, pictures included.
  const [audits = [], own = []] = [true, false].map((audit) =>
    report.tables.filter(({ id }) => id.startsWith('audit') === audit).map(section),
  )
  const pictures = report.charts === undefined ? [] : [chartSections(report.charts)]
  const sections = [...own, ...pictures, ...audits]
  const banner = report.simulated
    ? '<p class="banner">SIMULATED: figures marked ˢ were made by the bundled stand-in, not by a GPU, and prove nothing about any card.</p>'
    : ''
  return `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${pageStyle}</style>
</head>
<body>
<header><h1>${title}</h1>${banner}</header>
<main>
${sections.join('\n')}
<section aria-labelledby="h-sources"><h2 id="h-sources">Sources</h2><ul class="sources">${sourceList(report)}</ul></section>
</main>
<script>${pageScript}</script>
</body>
</html>
`
}

const sourceList = (report: Report): string =>
  sourceLines(report)
    .map((line) => `<li>${escapeHtml(line.trim())}</li>`)
    .join('\n')

/** The inputs of the economics; hidden until the script is there to read them. */
function moneyForm(money: MoneyModel): string {
  const number = (name: string, label: string, value: number, least: number, step: string) =>
    `<label>${label}<input name="${name}" type="number" min="${least}" step="${step}" value="${value}" inputmode="decimal"></label>`
  const percent = Number((money.utilisation * 100).toPrecision(6))
  const prices = money.cards.map(
    ({ label, priceGbp }, index) =>
      `<label>Price, ${escapeHtml(label)}, £<input name="price-${index}" type="number" min="0" step="any" value="${priceGbp ?? ''}" inputmode="decimal"></label>`,
  )
  return `<form id="money" hidden aria-label="Your assumptions">
<fieldset class="money"><legend>Your assumptions</legend>
<label><span>Utilisation <span id="utilisation-now">${percent} %</span></span><input name="utilisation" type="range" min="1" max="100" step="1" value="${Math.max(1, percent)}"></label>
${number('tariff', 'Tariff, £/kWh', money.tariffGbpPerKwh, 0, '0.01')}
${number('years', 'Years', money.years, 1, '1')}
${number('pue', 'PUE', money.pue, 1, '0.05')}
${prices.join('\n')}
<output aria-live="polite"></output>
</fieldset></form>
<script type="application/json" id="money-model">${escapeJson(money)}</script>
`
}
