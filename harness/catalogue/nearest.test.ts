import { expect, test } from 'vitest'
import { cardKeys } from './cards.ts'
import { nearest, suggestion } from './nearest.ts'

const cards = ['rtx-4090', 'rtx-pro-6000-max-q', 'rtx-6000-pro', 'l40s', 'h100-sxm']

test.each([
  ['rtx-409', 'rtx-4090'],
  ['rtx4090', 'rtx-4090'],
  ['4090', 'rtx-4090'],
  ['max-q', 'rtx-pro-6000-max-q'],
  ['pro6000', 'rtx-pro-6000-max-q'],
  ['H100', 'h100-sxm'],
  ['l40', 'l40s'],
])('%s means %s', (typed, meant) => {
  expect(nearest(typed, cards)).toBe(meant)
})

test.each(['', 'x', 'something-quite-else'])('%j is near none of them', (typed) => {
  expect(nearest(typed, cards)).toBeNull()
})

test.each([
  ['T4', 't4'],
  ['L4', 'l4'],
  ['A100', 'a100-80gb'],
  ['a100-pcie', 'a100-pcie-80gb'],
  ['H100', 'h100-sxm'],
  ['h100nvl', 'h100-nvl'],
  ['3090', 'rtx-3090'],
])('of the cards of the catalogue, %s means %s', (typed, meant) => {
  expect(nearest(typed, cardKeys)).toBe(meant)
})

test('the nearest of several is meant, not the first', () => {
  expect(nearest('terminla', ['term', 'terminal', 'terminals'])).toBe('terminal')
  expect(nearest('anything', [])).toBeNull()
})

test('advice is the nearest word, else all there are', () => {
  expect(suggestion('htlm', ['html', 'md'])).toBe('did you mean "html"?')
  expect(suggestion('zzzzzz', ['html', 'md'])).toBe('known: html, md')
})
