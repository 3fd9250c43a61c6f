import { expect, test } from 'vitest'
import { cardByKey, cards } from '../../harness/catalogue/cards.ts'
import { sharedMemoryNotes, withMemory } from './card-memory.ts'

test.each([
  ['rtx-4090', 'RTX 4090 24GB'],
  ['h200', 'H200 141 GB'],
  ['t4', 'T4 16GB'],
])('%s is headed %s', (key, head) => {
  expect(withMemory(cardByKey(key)!)).toBe(head)
})

test('no two cards have the same head', () => {
  expect(new Set(cards.map(withMemory)).size).toBe(cards.length)
})

test('a note for each card that shares memory with its CPU, once, and for no other', () => {
  const gh200 = cardByKey('gh200')!
  const gb10 = cardByKey('gb10')!
  const h100 = cardByKey('h100-sxm')!
  expect(sharedMemoryNotes([h100])).toEqual([])
  expect(sharedMemoryNotes([gb10, h100, gh200, gb10])).toEqual([
    expect.stringMatching(/^GB10 128 GB: CPU and GPU share this memory\./),
    expect.stringMatching(/^GH200 96 GB: only its own memory counts;/),
  ])
})
