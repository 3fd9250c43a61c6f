import { outcomeText } from '../../compare/outcome.ts'
import type { Report } from '../../report.ts'
import { sourceOf } from '../../report-source.ts'
import type { Table } from '../../tables/table.ts'
import type { FleetComparison } from '../fleet-comparison.ts'
import { comparisonHeatMap } from '../heat/heat-map.ts'
import { heatTables } from '../heat/heat-table.ts'
import { fleetOutcome } from '../outcome.ts'
import { fleetTables } from './fleet-tables.ts'

/** A comparison of a fleet as tables: the heat map first. With a width, for a terminal of so many columns. */
export function fleetReport(comparison: FleetComparison, width?: number): Report {
  const { simulated, records } = comparison
  const map = heatTables(comparisonHeatMap(comparison), 'Change by unit and scenario', {
    simulated,
    ...(width === undefined ? {} : { width }),
  })
  return reportOf(`Fleet: ${outcomeText(fleetOutcome(comparison))}`, [...map, ...fleetTables(comparison)], records)
}

/** Tables about records as a report. */
export const reportOf = (title: string, tables: readonly Table[], records: FleetComparison['records']): Report => ({
  ...{ title, tables, money: null, simulated: records.some(({ source }) => source === 'simulated') },
  // what gates found is no finding about the fleet; what prevented a verdict is in the tables
  sources: records.map((run) => {
    const { remarks: _, ...source } = sourceOf(run)
    return { ...source, gates: { ...source.gates, findings: [] } }
  }),
})
