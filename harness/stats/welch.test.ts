import { mean, sampleVariance } from 'simple-statistics'
import { describe, expect, test } from 'vitest'
import { holmAdjust } from './holm.ts'
import { jointTrendP, trendOf, upperTail } from './kendall.ts'
import { contrast, type Estimate, equivalenceP, intervalOf, pAbove, pTwoSided } from './welch.ts'

const estimateOf = (values: readonly number[]): Estimate => ({
  mean: mean([...values]),
  parts: [{ variance: sampleVariance([...values]) / values.length, degrees: values.length - 1 }],
})

/** Student's sleep data (Biometrika 1908), as in R's `sleep`: extra hours of sleep under two drugs. */
const sleep1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
const sleep2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

describe("Welch's test", () => {
  const compared = contrast(estimateOf(sleep1), estimateOf(sleep2))

  test('gives what R prints for t.test(extra ~ group, sleep)', () => {
    expect(compared.difference / compared.standardError).toBeCloseTo(-1.8608, 4)
    expect(compared.degrees).toBeCloseTo(17.776, 3)
    expect(pTwoSided(compared)).toBeCloseTo(0.07939, 5)
    const [low, high] = intervalOf(compared)
    expect(low).toBeCloseTo(-3.3654832, 6)
    expect(high).toBeCloseTo(0.2054832, 6)
  })

  test('one side is half of two', () => {
    expect(pAbove(compared)).toBeCloseTo(1 - 0.07939 / 2, 4)
  })

  test('without any spread a difference is certain, and so is none', () => {
    const exact = (value: number): Estimate => ({ mean: value, parts: [{ variance: 0, degrees: 2 }] })
    expect(pTwoSided(contrast(exact(1), exact(1)))).toBe(1)
    expect(pTwoSided(contrast(exact(2), exact(1)))).toBe(0)
    expect(intervalOf(contrast(exact(2), exact(1)))).toEqual([1, 1])
    expect([exact(1), exact(1.1), exact(0.9)].map((mean) => pAbove(contrast(mean, exact(1))))).toEqual([1, 0, 1])
    expect(equivalenceP(exact(96), exact(128), 0.25)).toBe(1)
  })

  test('a variance that is known counts as a normal one', () => {
    const known: Estimate = { mean: 0, parts: [{ variance: 1, degrees: Number.POSITIVE_INFINITY }] }
    expect(intervalOf(contrast(known, { mean: 0, parts: [] }))[1]).toBeCloseTo(1.96, 2)
  })
})

test('two one-sided tests are those of their contrasts', () => {
  const near = estimateOf([100.2, 99.9, 100.4])
  const base = estimateOf([100, 100.3, 99.8])
  const expected = Math.max(pAbove(contrast(near, base, 0.97)), 1 - pAbove(contrast(near, base, 1.03)))
  expect(equivalenceP(near, base, 0.03)).toBeCloseTo(expected, 12)
  expect(equivalenceP(near, base, 0.03)).toBeLessThan(0.001)
  expect(equivalenceP(estimateOf([104, 103.8, 104.1]), base, 0.03)).toBeGreaterThan(0.5)
})

test.each([
  // R: p.adjust(p, 'holm')
  [
    [0.01, 0.04, 0.03, 0.005],
    [0.03, 0.06, 0.06, 0.02],
  ],
  [
    [0.5, 0.9],
    [1, 1],
  ],
  [[], []],
])('Holm adjusts %j to %j', (p, adjusted) => {
  expect(holmAdjust(p)).toEqual(adjusted.map((value) => expect.closeTo(value, 12)))
})

describe("Kendall's test of a trend", () => {
  // Kendall 1970, "Rank Correlation Methods", appendix table 1; Hollander and Wolfe, table A.30
  test.each([
    [4, 6, 0.0417],
    [5, 8, 0.0417],
    [5, 10, 0.0083],
    [8, 16, 0.0305],
    [10, 21, 0.0363],
    [10, 23, 0.0233],
  ])('n = %i: P(S >= %i) = %f', (n, score, p) => {
    expect(upperTail(n, score)).toBeCloseTo(p, 4)
  })

  test('a series that only falls has the least p that its length allows, and its slope', () => {
    expect(trendOf([100, 99, 98, 97, 96])).toEqual({ score: -10, p: expect.closeTo(2 / 120, 12), slope: -1 })
    expect(trendOf([1, 2])).toBeNull()
  })

  test('ties count as neither rise nor fall', () => {
    expect(trendOf([1, 1, 1, 1])).toEqual({ score: 0, p: 1, slope: 0 })
    // of 6 pairs 5 rise; P(S >= 5) of four values is P(S >= 6), 1 / 24
    expect(trendOf([1, 1, 2, 3])).toMatchObject({ score: 5, p: expect.closeTo(2 / 24, 12) })
  })
})

describe('a joint trend of several series', () => {
  test('of one series is that of Kendall', () => {
    expect(jointTrendP([[100, 99, 98, 97, 96]])).toBeCloseTo(2 / 120, 12)
    expect(jointTrendP([[1]])).toBe(1)
    expect(jointTrendP([])).toBe(1)
  })

  test('three series of three that all rise: 2 / 6³; two rising and one falling show nothing', () => {
    const rising = [1, 2, 3]
    expect(jointTrendP([rising, rising, rising])).toBeCloseTo(2 / 216, 12)
    // S = 3 of 9: P(S >= 3) of the sum of three, by counting all 216 orders
    const orders = [3, 1, 1, -1, -1, -3]
    const sums = orders.flatMap((a) => orders.flatMap((b) => orders.map((c) => a + b + c)))
    const upper = sums.filter((sum) => sum >= 3).length / 216
    expect(jointTrendP([rising, rising, [3, 2, 1]])).toBeCloseTo(2 * upper, 12)
  })
})
