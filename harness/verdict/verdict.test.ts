import { describe, expect, test } from 'vitest'
import { comparedMetrics, type MetricKey } from '../metrics/catalogue.ts'
import type { SideValues } from './starts.ts'
import { compareSuite, type MetricComparison, type ScenarioValues } from './verdict.ts'

const closedLoop = { kind: 'text', load: { shape: 'closed', concurrency: 32, rampSeconds: 1 } } as const

const steady = [99.8, 100, 100.2]
/** Three starts of the server, 0.3 % apart. */
const starts = (values = steady): SideValues => [0.997, 1, 1.003].map((level) => values.map((value) => value * level))

/** One scenario: every metric is steady on both sides but those that a test sets. */
function scenario(
  candidate: Partial<Record<MetricKey, SideValues>> = {},
  baseline: Partial<Record<MetricKey, SideValues>> = {},
): ScenarioValues {
  const side = (over: Partial<Record<MetricKey, SideValues>>) =>
    Object.fromEntries(comparedMetrics(closedLoop).map((key) => [key, over[key] ?? starts()]))
  return { baseline: side(baseline), candidate: side(candidate), looked: false }
}

const times = (factor: number, values = steady): SideValues => starts(values.map((value) => value * factor))
const find = (compared: MetricComparison[][], key: MetricKey) => compared[0]!.find((each) => each.key === key)!

describe('verdicts', () => {
  test('5 % fewer tokens are a regression, 5 % more an improvement', () => {
    expect(find(compareSuite([scenario({ outputTokensPerS: times(0.95) })]), 'outputTokensPerS').verdict).toBe(
      'regressed',
    )
    expect(find(compareSuite([scenario({ outputTokensPerS: times(1.05) })]), 'outputTokensPerS').verdict).toBe(
      'improved',
    )
  })

  test('where lower is better it is the other way round', () => {
    const [compared] = compareSuite([scenario({ tpotMsP50: times(1.05), decodeTokensPerS: times(1 / 1.05) })])
    expect(compared!.find(({ key }) => key === 'tpotMsP50')!.verdict).toBe('regressed')
  })

  test('1 % less is equivalent: known to be within what matters', () => {
    const metric = find(compareSuite([scenario({ outputTokensPerS: times(0.99) })]), 'outputTokensPerS')
    expect(metric).toMatchObject({ verdict: 'equivalent', settling: null })
    expect(metric.relative!.value).toBeCloseTo(-0.01, 10)
  })

  test('what differs for certain but by about the smallest effect stays open', () => {
    const metric = find(compareSuite([scenario({ outputTokensPerS: times(0.973) })]), 'outputTokensPerS')
    expect(metric.verdict).toBe('inconclusive')
    expect(metric.reason).toContain('whether it reaches 3.0 % is not decided')
  })

  test('too much noise is inconclusive, with about the number of starts needed', () => {
    const noisy = [
      [92, 100, 96],
      [100, 104, 96],
      [100, 108, 104],
    ]
    const metric = find(compareSuite([scenario({ ttftMsP50: noisy }, { ttftMsP50: noisy })]), 'ttftMsP50')
    expect(metric).toMatchObject({ verdict: 'inconclusive', settling: { kind: 'runs' } })
  })

  test('the smallest effect that matters is a matter of taste', () => {
    const [compared] = compareSuite([scenario({ outputTokensPerS: times(0.95) })], { smallestEffect: 0.1 })
    expect(compared![0]!.verdict).toBe('equivalent')
  })

  test('a millisecond of TTFT is no regression, however large its share', () => {
    const short = { ttftMsP50: times(0.1) }
    const longer = { ttftMsP50: times(0.11) }
    expect(find(compareSuite([scenario(longer, short)]), 'ttftMsP50')).toMatchObject({
      verdict: 'equivalent',
      margin: 0.2,
    })
  })
})

describe('what cannot be compared has a reason', () => {
  test('a metric that one side lacks', () => {
    const metric = find(compareSuite([scenario({ tokensPerJ: [[null, null, null]] })]), 'tokensPerJ')
    expect(metric).toMatchObject({ verdict: 'inconclusive', relative: null, reason: 'candidate: not measured' })
  })

  test('a single trial', () => {
    const metric = find(compareSuite([scenario({}, { outputTokensPerS: [[100]] })]), 'outputTokensPerS')
    expect(metric.reason).toContain('one trial in a run')
  })

  test('a mean of 0', () => {
    const metric = find(compareSuite([scenario({}, { meanPowerW: [[0, 0, 0]] })]), 'meanPowerW')
    expect(metric.reason).toContain('not above 0')
  })
})

describe('the family', () => {
  test('decode rate and TPOT are one hypothesis: one fewer than a scenario has metrics', () => {
    const hypotheses = comparedMetrics(closedLoop).length - 1
    expect(hypotheses).toBeGreaterThanOrEqual(6)
    const metric = find(compareSuite([scenario({ outputTokensPerS: times(0.98) })]), 'outputTokensPerS')
    expect(metric.pAdjusted).toBeCloseTo(hypotheses * metric.p!, 12)
  })

  test('more scenarios ask for more evidence', () => {
    const one = scenario({ outputTokensPerS: times(0.98) })
    const among = find(compareSuite([one, scenario(), scenario()]), 'outputTokensPerS')
    expect(among.pAdjusted).toBeCloseTo(3 * (comparedMetrics(closedLoop).length - 1) * among.p!, 12)
  })
})

describe('one start of the server', () => {
  const one = (factor: number, values = steady): SideValues => [values.map((value) => value * factor)]
  const judged = (baseline: SideValues, candidate: SideValues, past = {}) =>
    find(
      compareSuite([scenario({ outputTokensPerS: candidate }, { outputTokensPerS: baseline })], { past }),
      'outputTokensPerS',
    )

  test.each([
    // its level may be off by 0.6 %, so that two are 1.96 x 0.6 % x √2 = 1.7 % apart for no reason, and a little for trials
    ['5.5 % less is clearly beyond 3 % and that', one(1), one(0.945), 'regressed'],
    ['5.5 % more as well', one(1), one(1.055), 'improved'],
    ['4 % less is not', one(1), one(0.96), 'inconclusive'],
    ['the same again is not known to be equivalent', one(1), one(1), 'inconclusive'],
    ['nor is it against three starts', starts(), one(1), 'inconclusive'],
  ])('%s', (_what, baseline, candidate, verdict) => {
    expect(judged(baseline, candidate).verdict).toBe(verdict)
  })

  test('the reason names the side, and asks for three starts', () => {
    expect(judged(one(1), one(0.96))).toMatchObject({
      reason: expect.stringMatching(
        /^one start per side: not clearly beyond 3\.0 % and what a start can change \(±1\.\d %\)$/,
      ),
      settling: { kind: 'runs', runsPerSide: expect.any(Number) },
    })
    expect(judged(starts(), one(0.96)).reason).toContain('one start of the candidate')
  })

  test('what the starts of earlier baselines showed takes the place of the bound', () => {
    // starts of three earlier baselines: 2 % apart, and their trials explain none of it
    const past = {
      outputTokensPerS: Array.from({ length: 3 }, () => ({ between: 0.02 ** 2, explained: 0, degrees: 2 })),
    }
    expect(judged(one(1), one(0.945), past).verdict).toBe('inconclusive')
    // t(0.975, 12) = 2.179 of 2 % x √2
    expect(judged(one(1), one(1, [100, 100, 100]), past).relative!.ci95[1]).toBeCloseTo(0.0617, 2)
  })

  test('a run that looked and went on has wider intervals', () => {
    const values = scenario({ outputTokensPerS: one(1) }, { outputTokensPerS: one(1) })
    const [plain, looked] = [compareSuite([values]), compareSuite([{ ...values, looked: true }])]
    expect(find(looked, 'outputTokensPerS').relative!.ci95[1]).toBeGreaterThan(
      find(plain, 'outputTokensPerS').relative!.ci95[1],
    )
  })
})

describe('starts of a suite', () => {
  /** Three starts around a mean, each of two trials that differ by 0.2 %. */
  const levels = (mean: number, apart: number): SideValues =>
    [-apart, 0, apart].map((by) => [mean + by - 0.1, mean + by + 0.1])
  const suite = (apart: readonly number[]) => {
    const values = apart.map((each) => {
      const side = { outputTokensPerS: levels(100, each) }
      return { baseline: side, candidate: side, looked: false }
    })
    return compareSuite(values).map(([metric]) => (metric!.relative!.ci95[1] - metric!.relative!.ci95[0]) / 2)
  }

  test('one scenario has four degrees, three scenarios whose starts differ alike have twelve', () => {
    // √(2/3) x 1 % x t: t(0.975, 4) = 2.776, t(0.975, 12) = 2.179
    expect(suite([1])[0]).toBeCloseTo(0.02267, 4)
    for (const half of suite([1, 1, 1])) expect(half).toBeCloseTo(0.01779, 4)
  })

  test('a scenario whose starts differ more than those of the others is judged by its own', () => {
    const [own, other] = suite([5, 0.5, 0.5])
    expect(own).toBeCloseTo(2.776 * 0.05 * Math.sqrt(2 / 3), 4)
    expect(other).toBeGreaterThan(2.179 * 0.005 * Math.sqrt(2 / 3))
  })
})

test('trials that rise in every start widen the interval by what that can change', () => {
  const rising: SideValues = [1, 1.0002, 0.9998].map((level) => [94, 97, 98.5, 99.2].map((value) => value * level))
  const flat: SideValues = [1, 1.0002, 0.9998].map((level) => [97.2, 97.1, 97.2, 97.2].map((value) => value * level))
  const metric = find(
    compareSuite([scenario({ outputTokensPerS: rising }, { outputTokensPerS: flat })]),
    'outputTokensPerS',
  )
  // the second half is 1.675 above the mean of all: 1.96 of that, over 97.2
  expect((metric.relative!.ci95[1] - metric.relative!.ci95[0]) / 2).toBeCloseTo((1.96 * 1.675) / 97.2, 2)
  expect(metric.reason).toContain('candidate: its trials rise in every start')
  expect(metric.reason).not.toContain('baseline: its trials')
})
