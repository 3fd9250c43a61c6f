import type { Report } from '../../reports/report.ts'
import type { Table } from '../../reports/tables/table.ts'

/** Tables that rest on no run, as a report that the renderers take. */
export const tablesReport = (title: string, tables: readonly Table[]): Report => ({
  title,
  tables,
  sources: [],
  money: null,
  simulated: tables.some((table) => table.simulated),
})
