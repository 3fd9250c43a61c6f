import type { FinishedRun } from '../../harness/run/run.ts'
import { buildReport } from '../../reports/build.ts'
import { wrapTo } from '../../reports/render/plain-text.ts'
import { renderTerminal } from '../../reports/render/terminal.ts'
import type { Report } from '../../reports/report.ts'
import { gatesTable, runSummaryTable } from '../../reports/tables/run-summary.ts'
import type { Table } from '../../reports/tables/table.ts'
import type { CommandIo } from './io.ts'

/* What commands print for people: reports and tables at the width and colour of this terminal. */

/** The tables that are shown first; the rest is another screen or two. */
const firstLook = new Set(['throughput', 'economics', 'winners', 'audit'])
/** A table of winners longer than this is no first look. */
const FEW_WORKLOADS = 8

/** Tables that rest on no run, for the terminal. */
export const tablesText = (title: string, tables: readonly Table[], io: CommandIo): string =>
  render({ title, tables, sources: [], money: null, simulated: tables.some((table) => table.simulated) }, io)

/** What a finished run says on the terminal: its figures and its gates, and where the record lies. */
export function summaryText({ record, directory }: FinishedRun, io: CommandIo): string {
  const tables = [runSummaryTable(record), gatesTable(record)]
  const text = render({ ...buildReport([record], { tables: [] }), title: record.id, tables }, io)
  return `${text}Record: ${directory}\n`
}

/** A report for the terminal: the tables of one look and a line that names the others, or `all` of them. */
export function reportText(report: Report, io: CommandIo, all: boolean): string {
  const tables = report.tables.filter(
    ({ id, rows }) => all || (firstLook.has(id) && (id !== 'winners' || rows.length <= FEW_WORKLOADS)),
  )
  const others = report.tables.filter((table) => !tables.includes(table)).map(({ title }) => title)
  if (others.length === report.tables.length || others.length === 0) return render(report, io)
  // What the gates found is one of the tables that were left out: told there, once.
  const sources = report.sources.map((source) => ({ ...source, gates: { ...source.gates, findings: [] } }))
  const text = render({ ...report, tables, sources }, io)
  const rest = `Not shown: ${others.join(', ')}. --all shows them here, --format html on a page with charts.`
  return `${text}${wrapTo(rest, Math.min(io.columns ?? 100, 100)).join('\n')}\n`
}

/** Any report at the width of the terminal. */
export const render = (report: Report, io: CommandIo): string =>
  renderTerminal(report, { color: io.color, ...(io.columns === null ? {} : { columns: io.columns }) })
