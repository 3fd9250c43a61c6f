import { describe, expect, test } from 'vitest'
import { joinedReasons, withoutEmptyRows } from './empty-rows.ts'
import { buildTable, type Cell, missing, text } from './table.ts'

type Row = readonly [workload: string, metric: string, a: Cell, b: Cell]
const known: Cell = { kind: 'number', value: 1, unit: 'ms', digits: 0 }
const tableOf = (rows: readonly Row[]) =>
  buildTable<Row>({
    ...{ id: 't', title: 'T', rows, rowId: ([workload, metric]) => `${workload} ${metric}`, notes: ['Formulas.'] },
    columns: [
      { id: 'workload', head: 'Workload', align: 'left', cell: ([workload]) => text(workload) },
      { id: 'metric', head: 'Metric', align: 'left', cell: ([, metric]) => text(metric) },
      { id: 'a', head: 'A', align: 'right', cell: ([, , a]) => a },
      { id: 'b', head: 'B', align: 'right', cell: ([, , , b]) => b },
    ],
  })

test('rows that no card has a value for are one note with the reason; a dash beside a value stays', () => {
  const few = (requests: number) => missing(`${requests} requests in the window; a p99 needs 100`)
  const { rows, notes } = withoutEmptyRows(
    tableOf([
      ['Chat, 1 stream', 'p50', known, missing('no run')],
      ['Chat, 1 stream', 'p99', few(3), few(6)],
      ['Chat, 1 stream', 'input', missing('input is not in the record'), missing('input is not in the record')],
      ['Chat, 8 streams', 'p50', known, known],
      ['Chat, 8 streams', 'p99', few(13), few(39)],
      ['Chat, 8 streams', 'input', missing('input is not in the record'), missing('input is not in the record')],
      ['Chat, 32 streams', 'p50', known, known],
      ['Chat, 32 streams', 'p99', few(54), known],
      ['Chat, 32 streams', 'input', missing('input is not in the record'), missing('input is not in the record')],
    ]),
  )
  expect(rows.map(({ id }) => id)).toEqual([
    'Chat, 1 stream p50',
    'Chat, 8 streams p50',
    'Chat, 32 streams p50',
    'Chat, 32 streams p99',
  ])
  expect(notes).toEqual([
    'Without a value on any card, so without a row: p99 of Chat, 1 stream; 8 streams (3 to 39 requests in the window; a p99 needs 100). input (not in the record).',
    'Formulas.',
  ])
})

test('a table without any value keeps its reasons, and one with every row filled is the same', () => {
  const empty = tableOf([['Chat', 'p50', missing('no run'), missing('no run')]])
  expect(withoutEmptyRows(empty)).toBe(empty)
  const table = tableOf([['Chat', 'p50', known, missing('no run')]])
  expect(withoutEmptyRows(table)).toBe(table)
})

describe('reasons', () => {
  test('with other words stay apart', () => expect(joinedReasons(['a', 'b', 'a'])).toBe('a; b'))

  test('a number with separators of thousands is one number', () => {
    expect(joinedReasons(['needs 2,100 MiB', 'needs 1,234 MiB', 'needs 900 MiB'])).toBe('needs 900 to 2,100 MiB')
    expect(joinedReasons(['1, 3 and 12 of 1,000', '2, 3 and 9 of 1,000'])).toBe('1 to 2, 3 and 9 to 12 of 1,000')
  })

  test('numbers in names are no numbers', () => {
    expect(joinedReasons(['run-3 has 0.5 of 10', 'run-3 has 1.5 of 10'])).toBe('run-3 has 0.5 to 1.5 of 10')
  })
})
