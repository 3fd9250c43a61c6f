import type { FinishedRun } from '../../harness/run/run.ts'
import { buildReport } from '../../reports/build.ts'
import { catalogueFacts } from '../../reports/catalogue-facts.ts'
import { runTurnsTable } from '../../reports/comparison/sessions.ts'
import { wrapTo } from '../../reports/render/plain-text.ts'
import { renderTerminal, tablesOnTerminal } from '../../reports/render/terminal.ts'
import type { Report } from '../../reports/report.ts'
import { runAnswer } from '../../reports/run-answer/answer.ts'
import { linesText } from '../../reports/run-answer/lines.ts'
import { severalAnswer } from '../../reports/run-answer/several.ts'
import { loadPointTables } from '../../reports/tables/load-points.ts'
import { gatesTable, runSummaryTable } from '../../reports/tables/run-summary.ts'
import type { Table } from '../../reports/tables/table.ts'
import type { CommandIo } from './io.ts'

/* Reports and tables for the terminal, at its width and with its colours. */

/** The tables shown by default. */
const firstLook = new Set(['throughput', 'sweep', 'economics', 'winners', 'audit'])
/** A longer table of winners is not shown by default. */
const FEW_WORKLOADS = 8

/** Renders tables that use no run, for the terminal. */
export const tablesText = (title: string, tables: readonly Table[], io: CommandIo): string =>
  render({ title, tables, sources: [], money: null, simulated: tables.some((table) => table.simulated) }, io)

/** Tables of facts, which no run and no source list belong to. */
export const factTables = (tables: readonly Table[], { color, columns }: CommandIo): string =>
  tablesOnTerminal(tables, { color, ...(columns === null ? {} : { columns }) })

/** What `run` prints of its runs: one in full, several side by side; with `verbose` every metric and gate of each. */
export function answerText(runs: readonly FinishedRun[], verbose: boolean, io: CommandIo): string {
  const [first] = runs
  if (first === undefined) return ''
  if (verbose) return `${runs.map((each) => summaryText(each, io)).join('\n')}${loadPointsText(runs, io)}`
  const records = runs.map(({ record }) => record)
  const facts = catalogueFacts({}, records)
  if (runs.length === 1) return runAnswer(first, facts, io)
  const { head, tables, lines } = severalAnswer(runs, facts)
  return `${linesText(head, io)}\n${factTables(tables, io)}\n${linesText(lines, io)}`
}

/** The summary of a finished run: its results, its gates and the path of its record. */
function summaryText({ record, directory }: FinishedRun, io: CommandIo): string {
  const tables = [runSummaryTable(record), runTurnsTable(record), gatesTable(record)].filter((table) => table !== null)
  const text = render({ ...buildReport([record], { tables: [] }), title: record.id, tables }, io)
  return `${text}Record: ${directory}\n`
}

/** The runs of each sweep side by side; empty where there is no sweep. */
function loadPointsText(runs: readonly FinishedRun[], io: CommandIo): string {
  const tables = loadPointTables(runs.map(({ record }) => record))
  return tables.length === 0 ? '' : `\n${factTables(tables, io)}`
}

/** A report for the terminal: the default tables and a line with the names of the others, or `all` of them. */
export function reportText(report: Report, io: CommandIo, all: boolean): string {
  const tables = report.tables.filter(
    ({ id, rows }) =>
      all || id.startsWith('tune-') || (firstLook.has(id) && (id !== 'winners' || rows.length <= FEW_WORKLOADS)),
  )
  const others = report.tables.filter((table) => !tables.includes(table)).map(({ title }) => title)
  if (others.length === report.tables.length || others.length === 0) return render(report, io)
  // the findings of gates are in a table that is not shown here; the last line names it
  const sources = report.sources.map((source) => ({ ...source, gates: { ...source.gates, findings: [] } }))
  const text = render({ ...report, tables, sources }, io)
  const rest = `Not shown: ${others.join(', ')}. --all shows them here, --format html on a page with charts.`
  return `${text}${wrapTo(rest, Math.min(io.columns ?? 100, 100)).join('\n')}\n`
}

/** The answer of a report, and the table that it rests on; a page beside it has everything. */
export const firstLookText = (report: Report, { color, columns }: CommandIo): string =>
  renderTerminal(
    { ...report, tables: report.tables.filter(({ id }) => id === 'throughput') },
    { color, omitSources: true, ...(columns === null ? {} : { columns }) },
  )

/** Any report at the width of the terminal. */
export const render = (report: Report, io: CommandIo): string =>
  renderTerminal(report, { color: io.color, ...(io.columns === null ? {} : { columns: io.columns }) })
