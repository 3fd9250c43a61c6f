import type { Tally } from '../../../harness/store/view/summary.ts'
import { counted } from '../../../harness/units.ts'
import type { FleetComparison } from '../../fleet/fleet-comparison.ts'
import { comparisonHeatMap } from '../../fleet/heat/heat-map.ts'
import { type HeatLinks, heatSection } from '../../fleet/heat/heat-section.ts'
import { fleetSentence } from '../../fleet/outcome.ts'
import { type FleetStanding, lowUnits, standingHeatMap, standingSentence } from '../../fleet/standing/standing.ts'
import { standingTables } from '../../fleet/standing/standing-report.ts'
import { tableSection } from '../../render/html/table/table-section.ts'
import { type Html, html, joined, nothing } from '../../render/html/template.ts'
import { buildTable, type Table, text } from '../../tables/table.ts'
import type { Links, RunSource } from '../page/links.ts'
import { count, linkCell, listSection, moment, portionLine, QUERY_HELP, queryForm } from '../page/parts.ts'
import type { View } from '../page/shell.ts'
import type { SuggestedComparison } from './compare-view.ts'

/** The first page: every box beside its siblings. */
export interface FleetPageData {
  readonly standing: FleetStanding
  /** The newest starts against the baselines of their boxes; null where none has one. */
  readonly comparison: FleetComparison | null
  readonly boxes: readonly Tally[]
  readonly changes: readonly SuggestedComparison[]
  /** Runs that are not shown, each with its reason. */
  readonly refused: readonly string[]
  readonly query: string
  readonly source: RunSource
  readonly asked: number
}

/** Lines of what is not shown that are written out. */
const MOST_REFUSED = 20

/** Boxes by scenarios against their siblings, ways to compare with what was before, and every box with its runs. */
export function fleetView(data: FleetPageData, links: Links): View {
  const { standing, comparison, boxes, changes, refused, query, source, asked } = data
  const hosts = new Map(standing.units.map(({ id, host }) => [id, host]))
  const places: HeatLinks = {
    row: (id) => (hosts.has(id) ? links.server(hosts.get(id)!) : null),
    column: ({ scenario }) => links.scenario(scenario),
  }
  const title = 'Difference from the siblings'
  const map = heatSection(standingHeatMap(standing), title, { simulated: standing.simulated, links: places })
  const low = lowUnits(standing).length
  const body = html`${queryForm({
    action: '/',
    fields: [{ name: 'q', label: 'Runs', value: query }],
    hidden: source === 'simulated' ? { source } : {},
    button: 'Show',
    help: QUERY_HELP,
  })}
<p class="answer">${standingSentence(standing)}</p>
${portionLine(standing.records.length, asked)}
${standing.units.length === 0 ? nothing : map}
${comparison === null ? nothing : baselineSection(comparison, places)}
${changeSection(changes, links)}
${joined([...standingTables(standing), boxesTable(boxes, source, links)].map(tableSection), '\n')}
${refusedSection(refused)}`
  return {
    title:
      low > 0
        ? `Fleet: ${low} of ${standing.units.length} below siblings`
        : `Fleet: ${counted(standing.units.length, 'unit')}`,
    section: 'fleet',
    simulated: source === 'simulated',
    body,
  }
}

/** The newest starts against the baselines that were set for each box. */
const baselineSection = (comparison: FleetComparison, links: HeatLinks): Html =>
  html`${heatSection(comparisonHeatMap(comparison), 'Change against the baseline of each unit', {
    simulated: comparison.simulated,
    id: 'baseline',
    links,
  })}<p>${fleetSentence(comparison)}</p>`

const changeSection = (changes: readonly SuggestedComparison[], links: Links): Html =>
  listSection(
    'changes',
    'Compare: what changed last',
    changes.map(({ label, before, after }) => html`<a href="${links.compare(before, after)}">${label}</a>`),
  )

function boxesTable(boxes: readonly Tally[], source: RunSource, links: Links): Table {
  const stamp = source === 'simulated' ? { simulated: true } : {}
  return buildTable<Tally>({
    id: 'servers',
    title: 'Servers',
    rows: boxes,
    rowId: ({ name }) => name,
    columns: [
      {
        id: 'host',
        head: 'Server',
        align: 'left',
        cell: ({ name }) => ({ ...linkCell(name, links.server(name)), ...stamp }),
      },
      { id: 'newest', head: 'Newest run (UTC)', align: 'left', cell: ({ newest }) => text(moment(newest)) },
      { id: 'runs', head: 'Runs', align: 'right', cell: ({ runs }) => count(runs) },
      { id: 'quotable', head: 'Quotable', align: 'right', cell: ({ quotable }) => count(quotable) },
    ],
  })
}

function refusedSection(refused: readonly string[]): Html {
  const more = refused.length - MOST_REFUSED
  const lines = [...refused.slice(0, MOST_REFUSED), ...(more > 0 ? [`and ${more} more`] : [])]
  return listSection('refused', `Not shown: ${counted(refused.length, 'run')}`, lines)
}
