import type { FinishedRun } from '../../harness/run/run.ts'
import { buildReport } from '../../reports/build.ts'
import { renderTerminal } from '../../reports/render/terminal.ts'
import { gatesTable, runSummaryTable } from '../../reports/tables/run-summary.ts'
import type { CommandIo } from './io.ts'

/** What a finished run says on the terminal: its figures and its gates, and where the record lies. */
export function summaryText({ record, directory }: FinishedRun, io: CommandIo): string {
  const report = {
    ...buildReport([record], { tables: [] }),
    title: record.id,
    tables: [runSummaryTable(record), gatesTable(record)],
  }
  const text = renderTerminal(report, { color: io.color, ...(io.columns === null ? {} : { columns: io.columns }) })
  return `${text}Record: ${directory}\n`
}
