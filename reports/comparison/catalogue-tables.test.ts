import { expect, test } from 'vitest'
import { cardByKey } from '../../harness/catalogue/cards.ts'
import { formatCell } from '../render/format-cell.ts'
import type { Table } from '../tables/table.ts'
import { specTable } from './spec.ts'
import { fitsTable } from './what-fits.ts'

const cards = [cardByKey('rtx-4090')!, cardByKey('rtx-pro-6000-max-q')!]
const rowOf = (table: Table, id: string) =>
  table.rows
    .find((row) => row.id === id)!
    .cells.slice(1)
    .map((cell) => formatCell(cell).main.replaceAll('\u00a0', ' '))

test('the spec sheet puts right what the article has wrong', () => {
  const table = specTable(cards)
  expect(rowOf(table, 'sm-count')).toEqual(['128', '188', '+47 %'])
  expect(rowOf(table, 'tdp')).toEqual(['450 W', '300 W', '−33 %'])
  expect(rowOf(table, 'memory-bandwidth')[2]).toBe('+78 %')
  expect(rowOf(table, 'nvlink')).toEqual(['none', 'none', 'neither'])
  expect(rowOf(table, 'fp4-dense')).toEqual(['none', '~1,756', 'new'])
})

test.each([
  ['llama8b-fp8-64k', 'Tight', 'Trivial'],
  ['llama70b-awq-16k', 'OOM', 'Trivial'],
  ['llama70b-fp8', 'OOM', 'Comfortable'],
  ['llama70b-bf16', 'OOM', 'OOM'],
  ['qwen72b-fp8', 'OOM', 'Comfortable'],
  ['mixtral-8x22b-awq', 'OOM', 'Comfortable'],
  ['deepseek-v2-awq', 'OOM', 'OOM'],
  ['llama8b-50-sessions', 'OOM', 'Comfortable'],
])('%s: %s on 24 GB, %s on 96 GB', (id, small, large) => expect(rowOf(fitsTable(cards), id)).toEqual([small, large]))

test('a pair of 96 GB cards holds 70B in BF16 over PCIe', () => {
  expect(rowOf(fitsTable(cards), 'llama70b-bf16-pair')[1]).toBe('Comfortable')
})

test('an OOM has its bytes', () => {
  const cell = fitsTable(cards).rows.find((row) => row.id === 'llama70b-awq-16k')!.cells[1]!
  expect(formatCell(cell).footnote).toBe(
    'Llama 3.1 70B AWQ INT4 + 16k, RTX 4090: 39.8 GB of weights, 23.7 GB available',
  )
})
