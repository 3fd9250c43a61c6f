import { describe, expect, test } from 'vitest'
import type { RunRecord } from '../record/schema/run.ts'
import { makeRun } from '../testing/record-builder.ts'
import { metricResult } from './result.ts'
import { intervalQuantile, intervalRule, isCertain, mayStop, trialBounds } from './stopping.ts'

const certainty = { target: 0.02, minTrials: 3, maxTrials: 10 }

test('a fixed number of trials fixes both bounds', () => {
  expect(trialBounds(certainty, null)).toEqual({ fewest: 3, most: 10 })
  expect(trialBounds(certainty, 5)).toEqual({ fewest: 5, most: 5 })
})

test('a cap lowers the most trials, and never below the fewest', () => {
  expect([2, 7, 20].map((cap) => trialBounds(certainty, null, cap))).toEqual([
    { fewest: 3, most: 3 },
    { fewest: 3, most: 7 },
    { fewest: 3, most: 10 },
  ])
})

test('the interval is a plain one until the run has looked and gone on', () => {
  const bounds = trialBounds(certainty, null)
  expect([2, 3, 4, 10].map((trials) => intervalQuantile(trials, bounds))).toEqual([0.975, 0.975, 0.99, 0.99])
  expect(intervalQuantile(5, trialBounds(certainty, 5))).toBe(0.975)
})

test('effective trials take the place of the wider quantile; records from before keep their rule', () => {
  const bounds = trialBounds(certainty, null)
  expect(intervalRule(5, { ...bounds, effectiveTrials: true })).toEqual({ quantile: 0.975, effectiveTrials: true })
  expect(intervalRule(5, bounds)).toEqual({ quantile: 0.99, effectiveTrials: false })
  expect(intervalRule(3, bounds)).toEqual({ quantile: 0.975, effectiveTrials: false })
  expect(intervalRule(5, undefined)).toEqual({ quantile: 0.975, effectiveTrials: false })
})

test('a run does not stop because its neighbouring trials agree: the same trials in another order would', () => {
  const { quantile, effectiveTrials } = intervalRule(8, { ...trialBounds(certainty, null), effectiveTrials: true })
  const stops = (values: readonly number[]) => isCertain(metricResult(values, '', quantile, effectiveTrials), 0.02)
  expect(stops([101, 99, 101, 99, 101, 99, 101, 99])).toBe(true)
  expect(stops([99, 99, 99, 99, 101, 101, 101, 101])).toBe(false)
})

test('the interval that is shown is the one that is judged', () => {
  // mean 100, s = 1: half-width t(p, 3) / 2; t(0.975, 3) = 3.182, t(0.99, 3) = 4.541 (printed tables)
  const values = [98.845, 99.423, 100.577, 101.155]
  const half = (quantile: number) => {
    const [low, high] = metricResult(values, '', quantile).ci95!
    return (high - low) / 2
  }
  expect(half(0.99) / half(0.975)).toBeCloseTo(4.541 / 3.182, 3)
  const shown = metricResult(values, '', 0.99)
  expect(isCertain(shown, half(0.99) / 100 + 1e-9)).toBe(true)
  expect(isCertain(shown, half(0.975) / 100)).toBe(false)
})

test('without an interval nothing is known', () => {
  expect(isCertain(metricResult([1], ''), 0.02)).toBeNull()
})

describe('a run may stop', () => {
  const bounds = { fewest: 3, most: 10 }
  /** A run after some trials, its throughput 100 ± `half`; the scenario's target is 2 %. */
  const after = (trials: number, half: number | null): RunRecord => {
    const run = makeRun({
      card: 'rtx-4090',
      result: { outputTokensPerS: half === null ? 100 : [100, 100 - half, 100 + half] },
    })
    expect(run.scenario.certainty.target).toBe(0.02)
    return { ...run, trials: Array.from({ length: trials }) as RunRecord['trials'] }
  }

  test.each([
    // trials, half of the interval in per cent, may stop
    [2, 0.1, false], // however certain, too few
    [3, 2, true], // exactly the target
    [3, 2.01, false],
    [9, 2.01, false],
    [10, 50, true], // the maximum, however imprecise
    [9, null, false], // no interval is no certainty
    [10, null, true],
  ])('after %i trials with ±%f %%: %s', (trials, half, stops) => {
    expect(mayStop(after(trials, half), bounds)).toBe(stops)
  })
})
