import type { Chart } from '../../charts/chart-types.ts'
import { outcomeText } from '../../compare/outcome.ts'
import { bannerHtml } from '../../render/html/banner.ts'
import { htmlDocument } from '../../render/html/document.ts'
import { tableSection } from '../../render/html/table/table-section.ts'
import { type Html, html, joined, nothing, trusted } from '../../render/html/template.ts'
import { SIMULATED_WORDS } from '../../render/simulated-words.ts'
import type { Table, Tone } from '../../tables/table.ts'
import type { FleetComparison } from '../fleet-comparison.ts'
import { comparisonHeatMap, type HeatMap } from '../heat/heat-map.ts'
import { heatSection } from '../heat/heat-section.ts'
import { fleetOutcome, fleetSentence } from '../outcome.ts'
import { fleetTables } from './fleet-tables.ts'
import { fleetPageStyle } from './page-style.ts'

/** What a page of a fleet shows, from a comparison or from one night. */
export interface FleetPage {
  readonly title: string
  readonly outcome: string
  readonly tone: Tone
  readonly sentence: string
  readonly map: HeatMap
  readonly mapTitle: string
  readonly tables: readonly Table[]
  readonly charts: readonly Chart[]
  readonly simulated: boolean
}

const tones = {
  regressed: 'bad',
  improved: 'good',
  equivalent: 'good',
  inconclusive: 'warn',
  'not-comparable': 'warn',
} as const

/** A comparison of a fleet as one HTML page that loads nothing and runs no script: the answer, the heat map, then the figures. */
export function fleetComparisonPage(comparison: FleetComparison): Promise<string> {
  const outcome = fleetOutcome(comparison)
  return fleetPage({
    title: 'Fleet before and after a change',
    outcome: outcomeText(outcome),
    tone: tones[outcome],
    sentence: fleetSentence(comparison),
    map: comparisonHeatMap(comparison),
    mapTitle: 'Change by unit and scenario',
    tables: fleetTables(comparison),
    charts: [],
    simulated: comparison.simulated,
  })
}

/** The page; the chart library is loaded only where there are charts. */
export async function fleetPage(page: FleetPage): Promise<string> {
  const { title, outcome, tone, sentence, map, mapTitle, tables, charts, simulated } = page
  const banner = bannerHtml(simulated ? SIMULATED_WORDS : null)
  const drawn: Html =
    charts.length === 0
      ? nothing
      : (await import('../../render/html/chart-figure.ts')).chartSections({ list: charts, notes: [] })
  const body = html`<header><h1>${title}: <span class="outcome ${tone}">${outcome}</span></h1>${banner}<p class="answer">${sentence}</p></header>
<main>
${heatSection(map, mapTitle, { simulated })}
${joined(tables.map(tableSection), '\n')}
${drawn}
</main>`
  return htmlDocument({
    title: `${title}: ${outcome}${simulated ? ' (SIMULATED)' : ''}`,
    style: trusted(fleetPageStyle, 'a constant of the project'),
    body,
  })
}
