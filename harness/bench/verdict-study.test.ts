import { describe, expect, test } from 'vitest'
import { realisticNoise } from './verdict-noise.ts'
import { noiseRows } from './verdict-rows.ts'
import { defaultProtocol, fixedProtocol, oneStartProtocol, study } from './verdict-study.ts'

/** A small slice of `npm run bench:verdict`, so that a regression of the verdict is detected without running all of it. */
const PAIRS = 40

test('equal servers give no false alarm, their intervals cover the true value, and fewer than five trials per start suffice', () => {
  const equal = study(PAIRS, 0, realisticNoise, defaultProtocol, 1)
  expect(equal.failed / PAIRS).toBeLessThanOrEqual(0.05)
  expect(equal.headline.equivalent / equal.intervals).toBeGreaterThan(0.95)
  expect(equal.covered / equal.intervals).toBeGreaterThan(0.9)
  expect(equal.trials / equal.runs).toBeLessThan(5)
})

test('a loss of 5 % is detected, with or without ten fixed trials', () => {
  for (const protocol of [defaultProtocol, fixedProtocol]) {
    const slow = study(PAIRS, 0.05, realisticNoise, protocol, 1)
    expect(slow.failed / PAIRS).toBeGreaterThan(0.9)
    expect(slow.headline.improved).toBe(0)
  }
})

test('the same seed simulates the same pairs', () => {
  const play = () => study(5, 0, realisticNoise, defaultProtocol, 7)
  expect(play()).toEqual(play())
})

/** Pairs of one row here; the thousand of the benchmark are beside the bounds by far. */
const FEW = 10

describe('under every kind of noise', () => {
  test.each(noiseRows.map((row) => [row.name, row] as const))('%s', (_name, { noise, isIndependent }) => {
    const equal = study(FEW, 0, noise, defaultProtocol, 3)
    const slow = study(FEW, 0.05, noise, defaultProtocol, 3)
    expect(equal.failed).toBeLessThanOrEqual(1)
    expect(Math.min(equal.covered / equal.intervals, slow.covered / slow.intervals)).toBeGreaterThanOrEqual(0.9)
    expect(Math.min(equal.allCovered, slow.allCovered) / equal.allIntervals).toBeGreaterThanOrEqual(0.9)
    if (isIndependent) expect(slow.failed).toBeGreaterThanOrEqual(0.9 * FEW)
    expect(slow.headline.improved).toBe(0)
  })
})

describe('one start of the server per side', () => {
  const low = noiseRows.find(({ name }) => name === 'starts 4 % lower with p 0.3')!.noise

  test('is never equivalent, and starts that land 4 % lower raise no alarm', () => {
    const equal = study(PAIRS, 0, low, oneStartProtocol, 1)
    expect(equal.headline.equivalent).toBe(0)
    expect(equal.failed / PAIRS).toBeLessThanOrEqual(0.05)
  })

  test('still shows a loss of 10 %', () => {
    const slow = study(PAIRS, 0.1, realisticNoise, oneStartProtocol, 1)
    expect(slow.failed / PAIRS).toBeGreaterThan(0.95)
  })
})
