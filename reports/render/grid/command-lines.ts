import type { Table } from '../../tables/table.ts'
import { displayWidth, printable, wrapTo } from '../plain-text.ts'
import { type CommandGroup, cardsText, workloadsText } from './command-groups.ts'
import { gridCell } from './table-grid.ts'
import { tableText } from './table-text.ts'
import { fieldLines, type Paint } from './text-grid.ts'

/** Commands for a terminal: their cards and workloads, what is known of each, and its lines from the margin, to copy. */
export function commandLines(
  table: Table,
  groups: readonly CommandGroup[],
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): string[] {
  const text = tableText(table)
  const field = (head: string, words: string) =>
    fieldLines(head, { lines: [printable(words)], tone: 'plain' }, columns, paint)
  return groups.flatMap((group) => [
    ...wrapTo(printable(cardsText(group)), columns).map((line) => paint('bold', line)),
    ...field(group.workloads.length === 1 ? 'Workload' : 'Workloads', workloadsText(group)),
    ...group.shared.flatMap(({ head, cell }) => fieldLines(head, gridCell(cell, text), columns, paint)),
    ...group.lines.map(printable).flatMap((line) => (displayWidth(line) <= columns ? [line] : wrapTo(line, columns))),
    '',
  ])
}
