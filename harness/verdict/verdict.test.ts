import { describe, expect, test } from 'vitest'
import { comparedMetrics, type MetricKey } from '../metrics/catalogue.ts'
import type { SideValues } from './side.ts'
import { compareSuite, type MetricComparison, type ScenarioValues } from './verdict.ts'

const closedLoop = { kind: 'text', load: { shape: 'closed', concurrency: 32, rampSeconds: 1 } } as const

const steady = [99.8, 100, 100.2]

/** One scenario: every metric is steady on both sides but those that a test sets. */
function scenario(
  candidate: Partial<Record<MetricKey, SideValues>> = {},
  baseline: Partial<Record<MetricKey, SideValues>> = {},
): ScenarioValues {
  const side = (over: Partial<Record<MetricKey, SideValues>>) =>
    Object.fromEntries(comparedMetrics(closedLoop).map((key) => [key, over[key] ?? [steady]]))
  return { baseline: side(baseline), candidate: side(candidate), looked: false }
}

const times = (factor: number, values = steady): SideValues => [values.map((value) => value * factor)]
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

  test('too much noise is inconclusive, with the number of trials needed', () => {
    const noisy = [[96, 100, 104]]
    const metric = find(compareSuite([scenario({ ttftMsP50: noisy }, { ttftMsP50: noisy })]), 'ttftMsP50')
    expect(metric).toMatchObject({ verdict: 'inconclusive', settling: { kind: 'trials' } })
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
    const alone = find(compareSuite([one]), 'outputTokensPerS').pAdjusted!
    const among = find(compareSuite([one, scenario(), scenario()]), 'outputTokensPerS').pAdjusted!
    expect(among).toBeCloseTo(3 * alone, 12)
  })
})

test('a run that looked and went on has wider intervals', () => {
  const [plain] = compareSuite([scenario()])
  const [looked] = compareSuite([{ ...scenario(), looked: true }])
  expect(looked![0]!.relative!.ci95[1]).toBeGreaterThan(plain![0]!.relative!.ci95[1])
})
