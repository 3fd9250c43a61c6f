import type { Chart } from '../../charts/chart-types.ts'
import { chartSvg } from '../../render/html/chart-svg.ts'
import { htmlDocument } from '../../render/html/document.ts'
import { htmlId } from '../../render/html/html-id.ts'
import { type Html, html, trusted } from '../../render/html/template.ts'
import type { CustomerReport } from '../document.ts'
import { reportHtml } from './blocks.ts'
import { pageStyle, scopedStyle } from './style.ts'

/** One page that loads nothing and runs no script. */
export const customerHtml = (report: CustomerReport): string =>
  htmlDocument({
    title: report.simulated ? `${report.title} (SIMULATED)` : report.title,
    style: trusted(scopedStyle + pageStyle, 'a constant of the project'),
    body: html`<main class="joulemark">${reportHtml(report, { level: 1, chart: figure })}</main>`,
    images: report.logo !== null,
  })

/** The same to paste into a page: one element, its style scoped to it, headings from the second level on. */
export const customerFragment = (report: CustomerReport): string =>
  html`<div class="joulemark"><style>${trusted(scopedStyle, 'a constant of the project')}</style>
${reportHtml(report, { level: 2, chart: figure })}</div>
`.markup

function figure(chart: Chart): Html {
  const id = htmlId(chart.id)
  return html`<figure>${chartSvg(chart)}<figcaption id="s-${id}">${chart.summary}</figcaption></figure>`
}
