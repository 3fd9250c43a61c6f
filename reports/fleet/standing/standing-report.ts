import type { Chart } from '../../charts/chart-types.ts'
import type { Report } from '../../report.ts'
import type { Table } from '../../tables/table.ts'
import { buildTable, text } from '../../tables/table.ts'
import { reportOf } from '../formats/fleet-report.ts'
import { lowTable } from '../formats/fleet-tables.ts'
import { fleetPage } from '../formats/page.ts'
import { heatTables } from '../heat/heat-table.ts'
import { type FleetStanding, judgedUnits, lowUnits, standingHeatMap, standingSentence } from './standing.ts'

const MAP_TITLE = 'Difference from the siblings by unit and scenario'

/** What a report of a fleet has besides: its history. */
export interface StandingExtras {
  readonly tables: readonly Table[]
  readonly charts: readonly Chart[]
  /** After the answer; begins with a space, or is empty. */
  readonly sentence: string
}

/** Many boxes beside each other as tables. With a width, for a terminal of so many columns. */
export function standingReport(standing: FleetStanding, { tables }: StandingExtras, width?: number): Report {
  const { simulated, records } = standing
  const map = heatTables(standingHeatMap(standing), MAP_TITLE, { simulated, ...(width === undefined ? {} : { width }) })
  return reportOf(`Fleet: ${outcomeOf(standing)}`, [...map, ...standingTables(standing), ...tables], records)
}

/** The same as one HTML page. */
export function standingPage(standing: FleetStanding, { tables, charts, sentence }: StandingExtras): Promise<string> {
  return fleetPage({
    title: 'Fleet',
    outcome: outcomeOf(standing),
    tone: judgedUnits(standing) === 0 ? 'warn' : lowUnits(standing).length > 0 ? 'bad' : 'good',
    sentence: `${standingSentence(standing)}${sentence}`,
    map: standingHeatMap(standing),
    mapTitle: MAP_TITLE,
    tables: [...standingTables(standing), ...tables],
    charts,
    simulated: standing.simulated,
  })
}

/** What is below its siblings, and what could not be read; none for neither. */
export const standingTables = (standing: FleetStanding): Table[] => [...lowOf(standing), ...unitsTable(standing)]

const outcomeOf = (standing: FleetStanding): string => {
  const low = lowUnits(standing).length
  if (judgedUnits(standing) === 0) return 'nothing judged'
  return low === 0 ? 'no unit below its siblings' : `${low} of ${standing.units.length} below siblings`
}

function lowOf({ units, columns, cells, simulated }: FleetStanding): Table[] {
  const low = cells.flatMap(({ figures }) => figures.filter(({ verdict }) => verdict === 'low'))
  return lowTable(
    low,
    (id) => units.find((unit) => unit.id === id)!.name,
    (id) => columns.find((column) => column.id === id)!.title,
    simulated,
  )
}

/** What could not be read, or was not measured; a table of its own, because it has no unit. */
const unitsTable = ({ notes }: FleetStanding): Table[] =>
  notes.length === 0
    ? []
    : [
        buildTable({
          id: 'fleet-unread',
          title: 'Not in these figures',
          rows: notes.map((note, at) => ({ note, at })),
          rowId: ({ at }) => `${at}`,
          columns: [{ id: 'note', head: 'What and why', align: 'left', cell: ({ note }) => text(note) }],
        }),
      ]
