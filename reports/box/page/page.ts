import { bannerHtml } from '../../render/html/banner.ts'
import { chartSections } from '../../render/html/chart-figure.ts'
import { htmlDocument } from '../../render/html/document.ts'
import { html, trusted } from '../../render/html/template.ts'
import { SIMULATED_WORDS } from '../../render/simulated-words.ts'
import type { BoxResult } from '../result/box-result.ts'
import { pageCharts } from './charts.ts'
import { evidenceSection, findingsSection } from './evidence-section.ts'
import { figuresSection } from './figures-section.ts'
import type { CardSeries } from './night-series.ts'
import { serverPageStyle } from './page-style.ts'
import { serverSection } from './server-section.ts'
import { soakSection } from './soak-section.ts'
import { verdictSection } from './verdict-section.ts'

/**
 * The result of a night as one HTML page, to be filed with the delivery note: verdict, what the server is, figures, charts,
 * findings, evidence. It contains no script and loads nothing; on paper it takes one or two A4 pages.
 */
export function serverPage(result: BoxResult, series: readonly CardSeries[]): string {
  const { host, model, wouldBe, judgedAt } = result
  const simulated = wouldBe !== null
  const title = `${model}${host === null ? '' : ` in ${host.hostname}`}: acceptance${simulated ? ' (SIMULATED)' : ''}`
  const charts = pageCharts(result, series)
  const banner = bannerHtml(simulated ? SIMULATED_WORDS : null)
  const body = html`<header><h1>${model}</h1><p>${host === null ? 'Acceptance of a server' : `Acceptance of the server ${host.hostname}`}, ${longDate(judgedAt)}</p>${banner}</header>
<main>
${verdictSection(result)}
${serverSection(result)}
${figuresSection(result)}
${soakSection(result)}
${chartSections({ list: charts, notes: [] })}
${findingsSection(result)}
${evidenceSection(result)}
</main>`
  return htmlDocument({ title, style: trusted(serverPageStyle, 'a constant of the project'), body })
}

const longDate = (at: string): string =>
  new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })
