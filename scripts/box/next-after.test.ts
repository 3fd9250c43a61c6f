import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { BoxStep } from '../../harness/box/state.ts'
import { type BoxResult, boxResultSchema } from '../../reports/box/result/box-result.ts'
import { mayGoOn, nextAfter } from './judge.ts'

const example = boxResultSchema.parse(
  JSON.parse(readFileSync(new URL('../../reports/examples/box-result.json', import.meta.url), 'utf8')),
)
const result = (verdict: BoxResult['verdict']): BoxResult => ({ ...example, verdict, wouldBe: null })

const step = (outcome: BoxStep['outcome']): BoxStep => ({
  part: 'alone',
  cards: ['GPU-1'],
  server: 'server',
  name: 'chat',
  start: 1,
  sha256: '0',
  outcome,
  runs: [],
  reason: outcome === 'done' ? null : 'no memory',
})
const night = (outcomes: readonly BoxStep['outcome'][], ends: string | null = null) => ({
  isCut: false,
  measured: { ends, state: { version: 2 as const, cards: ['GPU-1'], steps: outcomes.map(step) } },
})

test('a night of which every run is done is not resumed: that would repeat its verdict', () => {
  expect(mayGoOn(night(['done', 'done']))).toBe(false)
  const next = nextAfter(result('not-measured'), 'results/', false)
  expect(next.command).toBe('box --out results-2')
  expect(nextAfter(result('not-measured'), '.', false).command).toBe(`box --out ${process.cwd()}-2`)
})

test('a night goes on where a step failed, one cause ended it, a server was taken out, or its soak was not begun', () => {
  expect(mayGoOn(night(['done', 'failed']))).toBe(true)
  expect(mayGoOn(night(['done', 'left-out']))).toBe(true)
  expect(mayGoOn(night(['done'], 'no Docker'))).toBe(true)
  expect(mayGoOn({ ...night(['done']), isCut: true })).toBe(true)
  expect(mayGoOn({ ...night(['done']), soak: { reason: 'the disk is full' } })).toBe(true)
  expect(nextAfter(result('not-measured'), 'results', true).command).toBe('box --resume --out results')
})

test('no advice after a rejected server is to resume its night', () => {
  expect(nextAfter(result('rejected'), 'results', true).command).not.toContain('--resume')
})
