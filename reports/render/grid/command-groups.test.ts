import { expect, test } from 'vitest'
import { buildTable, type Table, text } from '../../tables/table.ts'
import { cardsText, commandGroups, workloadsText } from './command-groups.ts'

type Row = readonly [workload: string, card: string, verdict: string, options: readonly string[]]

const tableOf = (rows: readonly Row[]): Table =>
  buildTable<Row>({
    ...{ id: 'serving', title: 'Serving', rows, rowId: ([workload, card]) => `${workload} ${card}` },
    columns: [
      { id: 'workload', head: 'Workload', align: 'left', cell: ([workload]) => text(workload) },
      { id: 'card', head: 'Card', align: 'left', cell: ([, card]) => text(card) },
      { id: 'verdict', head: 'Verdict', align: 'left', cell: ([, , verdict]) => text(verdict) },
      { id: 'line', head: 'Command', align: 'left', cell: ([, , , lines]) => ({ kind: 'code', lines: [...lines] }) },
    ],
  })
const said = (rows: readonly Row[]) =>
  commandGroups(tableOf(rows))!.map((group) => [cardsText(group), workloadsText(group), group.lines.join(' ')])
const served = (streams: number) => ['docker', `--max-num-seqs ${streams} \\`, '--model a']

test('commands that differ only in how many sequences are served at once are one, on all of their cards', () => {
  const rows = ['A', 'B', 'C'].flatMap((card) =>
    [1, 8].map((streams): Row => [`Chat, ${streams} streams`, card, 'ok', served(streams)]),
  )
  expect(said(rows)).toEqual([
    ['A, B and C', 'Chat, 1 streams; 8 streams (--max-num-seqs 8)', 'docker --max-num-seqs 1 \\ --model a'],
  ])
})

test('another option, another verdict, or a card without one of the workloads is another command', () => {
  const rows: Row[] = [
    ['Chat', 'A', 'ok', served(1)],
    ['Batch', 'A', 'ok', served(32)],
    ['Chat', 'B', 'ok', served(1)],
    ['Batch', 'B', 'cannot work', served(32)],
    ['Long', 'A', 'ok', [...served(1), '--max-model-len 9']],
  ]
  expect(said(rows).map(([card, workloads]) => [card, workloads])).toEqual([
    ['A', 'Chat; Batch (--max-num-seqs 32)'],
    ['A', 'Long'],
    ['B', 'Chat'],
    ['B', 'Batch'],
  ])
})

test('the same command for two workloads names no option', () => {
  expect(
    said([
      ['Chat', 'A', 'ok', served(1)],
      ['Code', 'A', 'ok', served(1)],
    ])[0]![1],
  ).toBe('Chat; Code')
})

test('a table of figures is none of commands', () => {
  const { columns } = tableOf([])
  expect(commandGroups({ ...tableOf([]), columns: columns.slice(0, 2) })).toBeNull()
})
