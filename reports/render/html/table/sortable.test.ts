import { expect, test } from 'vitest'
import { buildTable, type Cell, missing, text } from '../../../tables/table.ts'
import { sortableColumns } from './sortable.ts'

const watts = (value: number): Cell => ({ kind: 'number', value, unit: 'W', digits: 0 })
const pounds = (valueGbp: number): Cell => ({ kind: 'money', valueGbp, digits: 0 })
const sorted = (cells: readonly Cell[], groupBy?: readonly string[]) => [
  ...sortableColumns(
    buildTable<Cell>({
      ...{ id: 't', title: 'T', rows: cells, rowId: (cell) => String(cells.indexOf(cell)) },
      ...(groupBy === undefined ? {} : { groupBy }),
      columns: [
        { id: 'name', head: 'Name', align: 'left', cell: () => text('x') },
        { id: 'figure', head: 'Figure', align: 'right', cell: (cell) => cell },
      ],
    }),
  ),
]

test('four figures of one unit can be sorted, a cell without a value among them', () => {
  expect(sorted([watts(1), watts(2), watts(3), watts(4), missing('no run')])).toEqual(['figure'])
})

test('three rows, four of which three have a value, several units, and groups cannot', () => {
  expect(sorted([watts(1), watts(2), watts(3)])).toEqual([])
  expect(sorted([watts(1), watts(2), watts(3), missing('no run')])).toEqual([])
  expect(sorted([watts(1), watts(2), pounds(3), pounds(4)])).toEqual([])
  expect(sorted([watts(1), watts(2), watts(3), watts(4)], ['name'])).toEqual([])
})
