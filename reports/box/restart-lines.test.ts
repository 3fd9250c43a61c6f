import { expect, test } from 'vitest'
import { type later, makeComparedRun } from '../testing/compare-builder.ts'
import { restartLines } from './restart-lines.ts'

const start = (tokensPerS: number | string, day: number, over: Parameters<typeof later>[0] = {}) =>
  makeComparedRun({ result: { outputTokensPerS: tokensPerS }, startedAt: `2026-11-0${day}T10:00:00Z`, ...over })

test('the interval is that of the starts, however many trials each had', () => {
  const runs = [start(990, 1, { trials: 10 }), start(1000, 2, { trials: 10 }), start(1010, 3, { trials: 10 })]
  // t(0.975, 2) = 4.303, s = 10, n = 3: half = 24.84
  expect(restartLines(runs)).toEqual([
    'llama-3.1-8b-fp8-batch32, Output throughput, 3 server starts: 1000.0 tokens/s ± 2.5 % (990.0, 1000.0, 1010.0)',
  ])
})

test('one start says nothing of starts, and a start that failed is none', () => {
  expect(restartLines([start(1000, 1), start(900, 2, { status: 'failed' })])).toEqual([])
})

test('a start without a value is reported, never skipped in the mean', () => {
  expect(restartLines([start(1000, 1), start('no steady window', 2)])).toEqual([
    'llama-3.1-8b-fp8-batch32, Output throughput, 2 server starts: not measured in every start',
  ])
})

test('simulated starts say so', () => {
  const source = 'simulated' as const
  expect(restartLines([start(1000, 1, { source }), start(1001, 2, { source })])[0]).toContain('SIMULATED')
})
