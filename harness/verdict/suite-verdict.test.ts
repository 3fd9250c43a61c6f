import { describe, expect, test } from 'vitest'
import type { MetricKey } from '../metrics/catalogue.ts'
import type { SideValues } from './starts.ts'
import { type CompareOptions, compareSuite, type MetricComparison, type ScenarioValues } from './verdict.ts'

/** Three starts of the server around a mean, `spread` apart: run means have the standard deviation `spread`. */
const starts = (mean: number, spread: number): SideValues => [[mean - spread], [mean], [mean + spread]]
const unchanged = starts(100, 1)

/** Five metrics, each a hypothesis of its own. */
const independent = ['outputTokensPerS', 'ttftMsP50', 'tokensPerJ', 'meanPowerW', 'peakMemoryMiB'] as const

/** One scenario of five metrics that are the same on both sides, but for those that a test sets. */
function scenario(candidate: Partial<Record<MetricKey, SideValues>> = {}): ScenarioValues {
  const baseline = Object.fromEntries(independent.map((key) => [key, unchanged]))
  return { baseline, candidate: { ...baseline, ...candidate }, looked: false }
}

/** One metric alone, so that Holm multiplies by 1. */
function alone(key: MetricKey, baseline: SideValues, candidate: SideValues, options?: CompareOptions) {
  const values = { baseline: { [key]: baseline }, candidate: { [key]: candidate }, looked: false }
  return compareSuite([values], options)[0]![0]!
}

const of = (compared: readonly MetricComparison[], key: MetricKey) => compared.find((each) => each.key === key)!

/**
 * 96 against 100, run means with a standard deviation of 1: t = 4 / sqrt(2 / 3) = 4.899 with 4 degrees. The distribution
 * has a closed form there: P(T <= t) = 1/2 + 3/8 · u · (1 - u² / 12), u = t / sqrt(1 + t² / 4) = 1.85164.
 */
const LOSS = starts(96, 1)
const P = 0.00805

describe('a small p among many counts only after the Holm adjustment', () => {
  test('one of 20 hypotheses at p = 0.008 regresses nothing', () => {
    const compared = compareSuite([scenario({ outputTokensPerS: LOSS }), scenario(), scenario(), scenario()])
    expect(compared.flat()).toHaveLength(20)
    const metric = of(compared[0]!, 'outputTokensPerS')
    expect(metric.p).toBeCloseTo(P, 5)
    expect(metric.pAdjusted).toBeCloseTo(20 * P, 4)
    expect(metric.verdict).toBe('inconclusive')
    expect(metric.reason).toBe('3.0 % or more, but not significant (p\u00a0=\u00a00.161)')
    expect(compared.flat().filter(({ verdict }) => verdict === 'regressed')).toEqual([])
  })

  test('the same p is a regression where it is alone', () => {
    expect(alone('outputTokensPerS', unchanged, LOSS)).toMatchObject({
      verdict: 'regressed',
      pAdjusted: expect.closeTo(P, 5),
    })
  })

  test('6 hypotheses leave it below 5 % (0.048), 7 do not (0.056)', () => {
    const two = { baseline: { tokensPerJ: unchanged }, candidate: { tokensPerJ: unchanged }, looked: false }
    const lost = scenario({ outputTokensPerS: LOSS })
    const [six] = compareSuite([lost, two])
    const [seven] = compareSuite([lost, two, two])
    expect(of(six!, 'outputTokensPerS')).toMatchObject({ verdict: 'regressed', pAdjusted: expect.closeTo(0.0483, 4) })
    expect(of(seven!, 'outputTokensPerS')).toMatchObject({
      verdict: 'inconclusive',
      pAdjusted: expect.closeTo(0.0563, 4),
    })
  })

  test('Holm steps down: behind a p of 0 the second smallest is multiplied by one less', () => {
    // 7 hypotheses: memory is certain (p = 0, x 7), throughput is x 6 = 0.048
    const certain = scenario({ outputTokensPerS: LOSS, peakMemoryMiB: starts(100, 1).map(() => [1000]) })
    const two = { baseline: { tokensPerJ: unchanged }, candidate: { tokensPerJ: unchanged }, looked: false }
    const [compared] = compareSuite([certain, two, two])
    expect(of(compared!, 'peakMemoryMiB')).toMatchObject({ verdict: 'regressed' })
    expect(of(compared!, 'outputTokensPerS')).toMatchObject({
      verdict: 'regressed',
      pAdjusted: expect.closeTo(0.0483, 4),
    })
  })

  test('metrics of one hypothesis count once, with the larger p', () => {
    const pace = { tpotMsP50: unchanged, decodeTokensPerS: unchanged }
    const values = { baseline: pace, candidate: { ...pace, decodeTokensPerS: LOSS }, looked: false }
    const [compared] = compareSuite([values])
    expect(of(compared!, 'decodeTokensPerS')).toMatchObject({
      p: expect.closeTo(P, 5),
      pAdjusted: 1,
      verdict: 'inconclusive',
    })
  })
})

describe('the four verdicts at their boundaries', () => {
  /** No spread at all: what differs is certain, and only the size of the effect decides. */
  const exactly = (value: number) => starts(value, 0)

  test.each([
    // higher is better: 3 % less is a regression, a hair less than 3 % is equivalent
    ['outputTokensPerS', 97, 'regressed'],
    ['outputTokensPerS', 97.001, 'equivalent'],
    ['outputTokensPerS', 100, 'equivalent'],
    ['outputTokensPerS', 102.999, 'equivalent'],
    ['outputTokensPerS', 103, 'improved'],
    // lower is better: the other way round
    ['tpotMsP50', 97, 'improved'],
    ['tpotMsP50', 97.001, 'equivalent'],
    ['tpotMsP50', 102.999, 'equivalent'],
    ['tpotMsP50', 103, 'regressed'],
  ] as const)('%s, 100 against %f without any noise: %s', (key, candidate, verdict) => {
    expect(alone(key, exactly(100), exactly(candidate)).verdict).toBe(verdict)
  })

  test.each([
    // SE of candidate - 0.97 baseline: sqrt((1 + 0.97²) / 3) = 0.8043, 4 degrees: t(0.95) = 2.132 asks for 1.715
    [98.7, 'inconclusive'],
    [98.75, 'equivalent'],
    // SE of 1.03 baseline - candidate: sqrt((1 + 1.03²) / 3) = 0.8288 asks for 1.767
    [101.2, 'equivalent'],
    [101.27, 'inconclusive'],
  ])('run means with a deviation of 1: 100 against %f is %s', (candidate, verdict) => {
    expect(alone('outputTokensPerS', unchanged, starts(candidate, 1)).verdict).toBe(verdict)
  })

  test.each([
    // 3.2 / (s · sqrt(2 / 3)) reaches t(0.975, 4) = 2.7764 at s = 1.4116; the difference is over 3 % throughout
    [96.8, 1.41, 'regressed'],
    [96.8, 1.415, 'inconclusive'],
    [103.2, 1.41, 'improved'],
    [103.2, 1.415, 'inconclusive'],
  ])('100 against %f, run means with a deviation of %f: %s', (candidate, spread, verdict) => {
    expect(alone('outputTokensPerS', starts(100, spread), starts(candidate, spread)).verdict).toBe(verdict)
  })

  test('a real difference just under what matters is neither', () => {
    const metric = alone('outputTokensPerS', starts(100, 0.1), starts(97.1, 0.1))
    expect(metric).toMatchObject({
      verdict: 'inconclusive',
      reason: 'there is a difference, but whether it reaches 3.0 % is not decided',
    })
    expect(metric.pAdjusted).toBeLessThan(0.05)
    expect(metric.pEquivalence).toBeGreaterThan(0.05)
  })

  test('an undecided difference shows the p of equivalence', () => {
    const metric = alone('outputTokensPerS', unchanged, starts(98.7, 1))
    expect(metric.reason).toMatch(/^no significant difference, and 3\.0 % is not excluded \(p\u00a0=\u00a00\.051\)$/)
  })
})

describe('what decides can be set', () => {
  test('the smallest effect that matters', () => {
    const [baseline, candidate] = [starts(100, 0), starts(96, 0)]
    expect(alone('outputTokensPerS', baseline, candidate, { smallestEffect: 0.05 }).verdict).toBe('equivalent')
    expect(alone('outputTokensPerS', baseline, candidate, { smallestEffect: 0.04 }).verdict).toBe('regressed')
  })

  test('the level, for difference and equivalence alike', () => {
    expect(alone('outputTokensPerS', unchanged, LOSS, { level: 0.008 }).verdict).toBe('inconclusive')
    expect(alone('outputTokensPerS', unchanged, LOSS, { level: 0.0081 }).verdict).toBe('regressed')
    expect(alone('outputTokensPerS', unchanged, starts(98.75, 1), { level: 0.04 }).verdict).toBe('inconclusive')
  })

  test('64 MiB of memory and 2 ms of TTFT are the practical thresholds', () => {
    expect(alone('peakMemoryMiB', starts(1000, 0), starts(1063, 0))).toMatchObject({
      verdict: 'equivalent',
      margin: 0.064,
    })
    expect(alone('peakMemoryMiB', starts(1000, 0), starts(1065, 0)).verdict).toBe('regressed')
    expect(alone('ttftMsP50', starts(20, 0), starts(21.9, 0))).toMatchObject({ verdict: 'equivalent', margin: 0.1 })
    expect(alone('ttftMsP50', starts(20, 0), starts(22.1, 0)).verdict).toBe('regressed')
  })
})

test('the interval of a ratio scales the spread of the baseline by the ratio', () => {
  // 50 without spread against 100 ± 1: t(0.975, 2) = 4.303 x 0.5 x 1 / √3 of 100
  const metric = alone('outputTokensPerS', unchanged, starts(50, 0))
  expect(metric.relative).toEqual({
    value: -0.5,
    ci95: [expect.closeTo(-0.5 - 0.01242, 5), expect.closeTo(-0.5 + 0.01242, 5)],
  })
  // the difference itself: 4.303 / √3
  expect(metric.difference).toEqual({ value: -50, ci95: [expect.closeTo(-52.484, 3), expect.closeTo(-47.516, 3)] })
})
