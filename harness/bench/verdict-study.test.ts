import { expect, test } from 'vitest'
import { realisticNoise } from './verdict-noise.ts'
import { defaultProtocol, fixedProtocol, study } from './verdict-study.ts'

/** A small slice of `npm run bench:verdict`, so that a regression of the verdict is detected without running all of it. */
const PAIRS = 120

test('equal servers give no false alarm, their intervals cover the true value, and three to four trials suffice', () => {
  const equal = study(PAIRS, 0, realisticNoise, defaultProtocol, 1)
  expect(equal.failed / PAIRS).toBeLessThanOrEqual(0.05)
  expect(equal.headline.equivalent / equal.intervals).toBeGreaterThan(0.95)
  expect(equal.covered / equal.intervals).toBeGreaterThan(0.9)
  expect(equal.trials / PAIRS / 6).toBeLessThan(5)
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
