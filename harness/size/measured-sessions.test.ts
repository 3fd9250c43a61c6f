import { describe, expect, test } from 'vitest'
import { type JudgedLoad, measuredHighest } from './measured-sessions.ts'

const load = (at: number, mean: number, ci95: readonly [number, number] | null = [mean, mean]): JudgedLoad => ({
  load: at,
  sloShare: { mean, ci95 },
  obstacle: null,
  tokensPerS: null,
})

describe('measuredHighest', () => {
  test('the highest load below the first that breaks the SLO; what is promised is sure', () => {
    const loads = [
      load(50, 1),
      load(75, 0.995, [0.992, 0.998]),
      load(100, 0.993, [0.98, 1]),
      load(150, 0.9, [0.85, 0.95]),
    ]
    expect(measuredHighest(loads, 0.99)).toEqual({ value: 100, conservative: 75, ci95: [75, 150], isBounded: true })
  })
  test('a load above one that breaks it does not count, whatever its share', () => {
    expect(measuredHighest([load(10, 0.9), load(20, 1)], 0.99)).toMatchObject({ value: 0, conservative: 0 })
  })
  test('without a load that breaks it the interval has no end', () => {
    expect(measuredHighest([load(10, 1), load(20, 1)], 0.99)).toEqual({
      value: 20,
      conservative: 20,
      ci95: null,
      isBounded: false,
    })
  })
  test('one trial has no interval: nothing is promised', () => {
    expect(measuredHighest([load(10, 1, null)], 0.99)).toMatchObject({ value: 10, conservative: 0 })
  })
  test('a load that failed breaks it', () => {
    const failed: JudgedLoad = {
      load: 30,
      sloShare: null,
      obstacle: { kind: 'failed', reason: 'out of memory' },
      tokensPerS: null,
    }
    expect(measuredHighest([load(20, 1), failed], 0.99)).toMatchObject({ value: 20, ci95: [20, 30], isBounded: true })
  })
  test('no share, no answer', () => {
    expect(measuredHighest([{ ...load(1, 1), sloShare: null }], 0.99)).toBeNull()
  })
})
