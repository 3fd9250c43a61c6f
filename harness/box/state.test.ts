import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { boxStatePath, keepStep, openBoxState } from './state.ts'

const here = ['GPU-0', 'GPU-1']

test.each([
  [
    'other cards',
    JSON.stringify({ version: 2, cards: ['GPU-0', 'GPU-9'], steps: [] }),
    /was measured on GPU-0, GPU-9; the cards here are GPU-0, GPU-1; start without --resume$/,
  ],
  [
    'an earlier version',
    JSON.stringify({ version: 1, card: 'rtx-4090', steps: [] }),
    /written by an earlier version of joulemark, which measured one card; start without --resume$/,
  ],
  ['a file cut short', '{"version": 2,', /not the state of a box; start without --resume$/],
])('%s is not resumed', (_, text, message) => {
  const out = mkdtempSync(join(tmpdir(), 'box-'))
  writeFileSync(boxStatePath(out), text)
  expect(() => openBoxState(out, here, true)).toThrow(message)
  expect(openBoxState(out, here, false).steps).toEqual([])
})

test('the cards are the same in any order', () => {
  const out = mkdtempSync(join(tmpdir(), 'box-'))
  writeFileSync(boxStatePath(out), JSON.stringify({ version: 2, cards: here, steps: [] }))
  expect(openBoxState(out, here.toReversed(), true).steps).toEqual([])
})

test('a new measurement leaves nothing of an older one to resume, also when it is cut before its first run', () => {
  const out = mkdtempSync(join(tmpdir(), 'box-'))
  const step = { part: 'alone' as const, cards: ['GPU-0'], server: 'a', name: 'x', start: 1, sha256: 'b' }
  keepStep(out, openBoxState(out, here, false), { ...step, outcome: 'done', runs: [], reason: null })
  expect(openBoxState(out, here, true).steps).toHaveLength(1)
  openBoxState(out, here, false)
  expect(openBoxState(out, here, true).steps).toEqual([])
})

test('a night at another limit is another night: its runs are not mixed', () => {
  const out = mkdtempSync(join(tmpdir(), 'box-'))
  const at = (limitW: number) => ({ 'GPU-0': limitW, 'GPU-1': limitW })
  openBoxState(out, here, false, at(400))
  expect(openBoxState(out, here.toReversed(), true, at(400)).limitsW).toEqual(at(400))
  expect(() => openBoxState(out, here, true, at(350))).toThrow(
    /that was measured at 400 W, and this is to be at 350 W;/,
  )
  expect(() => openBoxState(out, here, true)).toThrow(
    /to be at the limits of the cards as they were found; start without/,
  )
})
