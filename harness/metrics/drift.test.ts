import { describe, expect, test } from 'vitest'
import { seededRandom } from '../plan/random.ts'
import { type Measured, missing } from '../record/measured.ts'
import type { TokenRow } from '../record/rows.ts'
import { NoiseStream } from '../testing/noise-stream.ts'
import { type DriftTrial, findDrift } from './drift.ts'

const SECONDS = 30
/** A window of half a minute each, one after another, requests of half a second. */
const trial = (index: number, outputTokensPerS: Measured = 1000): DriftTrial => ({
  index,
  windowStartMs: index * 60_000,
  windowEndMs: index * 60_000 + SECONDS * 1000,
  outputTokensPerS,
  e2eMs: { p50: 500, p90: 500, p99: 500, mean: 500, max: 500, n: 100 },
})

/** Tokens in bins of 20 ms: 20 a bin, times a pace that may change over the window (0 to 1), with 5 % of noise a bin. */
function tokens(index: number, pace: (share: number) => number): TokenRow[] {
  const random = seededRandom(index + 1)
  return Array.from({ length: SECONDS * 50 }, (_, bin) => ({
    trial: index,
    binStartMs: index * 60_000 + bin * 20,
    tokens: 20 * pace(bin / (SECONDS * 50)) * (1 + 0.05 * (2 * random() - 1)),
  }))
}

describe('inside a trial', () => {
  test('a steady one does not drift, one that loses 3 % does and is named', () => {
    const rows = [...tokens(0, () => 1), ...tokens(1, (share) => 1 - 0.04 * share)]
    const drift = findDrift([trial(0), trial(1)], rows)
    expect(drift.trials.map(({ drifts }) => drifts)).toEqual([false, true])
    expect(drift.trials[1]!.changeShare).toBeCloseTo(-0.027, 2)
    expect(drift.findings).toEqual([expect.stringMatching(/^trial 2 drifts: -2\.\d % tokens\/s/)])
  })

  test('half a percent is no drift, however certain', () => {
    const drift = findDrift(
      [trial(0)],
      tokens(0, (share) => 1 - 0.0075 * share),
    )
    expect(drift.trials[0]).toMatchObject({ drifts: false, changeShare: expect.closeTo(-0.005, 2) })
  })

  test('cold-start throughput is the start of the first trial, sustained throughput the end of the last', () => {
    const drift = findDrift([trial(0), trial(1)], [...tokens(0, (share) => 1 - 0.1 * share), ...tokens(1, () => 0.9)])
    expect(drift.coldBurstTokensPerS).toBeCloseTo(983, -1)
    expect(drift.soakedTokensPerS).toBeCloseTo(900, -1)
  })

  test('requests that are long for the window cannot be compared, with a reason', () => {
    const long = { ...trial(0), e2eMs: { ...trial(0).e2eMs, p50: 9000 } }
    const [check] = findDrift(
      [long],
      tokens(0, () => 1),
    ).trials
    expect(check).toMatchObject({ changeShare: null, drifts: false, reason: expect.stringContaining('54 s or more') })
    const none = { ...trial(0), windowStartMs: missing('none'), windowEndMs: missing('none') }
    expect(findDrift([none], []).trials[0]!.reason).toBe('no steady window')
  })
})

describe('the number of trials', () => {
  /** A window of 9 s whose tokens arrive as given, second by second. */
  const bySecond = (index: number, perSecond: readonly number[]): TokenRow[] =>
    perSecond.map((count, second) => ({ trial: index, binStartMs: index * 60_000 + second * 1000, tokens: count }))
  const short = (index: number): DriftTrial => ({ ...trial(index), windowEndMs: index * 60_000 + 9000 })
  const steady = [990, 1000, 1010, 1000, 1000, 1000, 990, 1000, 1010]
  /**
   * Thirds of 1000 ± 10 and 970 ± 10: t = 30 / (10 · sqrt(2 / 3)) = 3.674 with 4 degrees, so p = 0.0213 by the closed
   * form 1 - 2 · 3/8 · u · (1 - u² / 12), u = t / sqrt(1 + t² / 4) = 1.7566.
   */
  const falling = [990, 1000, 1010, 985, 985, 985, 960, 970, 980]
  const driftOf = (trials: number) =>
    findDrift(
      Array.from({ length: trials }, (_, index) => short(index)),
      Array.from({ length: trials }, (_, index) => bySecond(index, index === 0 ? falling : steady)).flat(),
    )

  test('asks for more evidence: p = 0.021 drifts in a run of two trials (0.043), not in one of three (0.064)', () => {
    expect(driftOf(1).trials[0]).toMatchObject({ p: expect.closeTo(0.02131, 4), changeShare: expect.closeTo(-0.03, 9) })
    expect(driftOf(2).findings).toEqual(['trial 1 drifts: -3.0 % tokens/s from its first third to its last'])
    expect(driftOf(3).trials.map(({ drifts }) => drifts)).toEqual([false, false, false])
    expect(driftOf(3).findings).toEqual([])
  })
})

describe('slow noise inside a trial', () => {
  /** Windows of a minute in blocks of a second: an AR(1) process of 2 % that forgets within ten seconds, and a slope. */
  const slow = (index: number, fallShare: number): TokenRow[] => {
    const random = seededRandom(index + 100)
    const stream = new NoiseStream(random, Math.exp(-0.1), false)
    return Array.from({ length: 60 }, (_, second) => ({
      trial: index,
      binStartMs: index * 60_000 + second * 1000,
      tokens: 1000 * (1 + 0.02 * stream.next() - (fallShare * second) / 40),
    }))
  }
  const minute = (index: number): DriftTrial => ({ ...trial(index), windowEndMs: index * 60_000 + 60_000 })
  const drifting = (fallShare: number, correlatedBlocks: boolean) =>
    Array.from({ length: 100 }, (_, index) => findDrift([minute(index)], slow(index, fallShare), { correlatedBlocks }))
      .map(({ trials }) => trials[0]!)
      .filter(({ drifts }) => drifts).length

  test('is taken for drift in half of the trials where blocks count as independent, and rarely otherwise', () => {
    expect(drifting(0, false)).toBeGreaterThan(40)
    expect(drifting(0, true)).toBeLessThan(15)
  })

  test('leaves a fall that is larger to be seen', () => {
    expect(drifting(0.12, true)).toBeGreaterThan(70)
  })
})

test('the change that a trial could show stands beside what it showed', () => {
  const rows = Array.from({ length: 60 }, (_, second) => ({
    trial: 0,
    binStartMs: second * 1000,
    tokens: 1000 + (second % 2 === 0 ? 10 : -10),
  }))
  const [check] = findDrift([{ ...trial(0), windowEndMs: 60_000 }], rows, { correlatedBlocks: true }).trials
  // thirds of 20 blocks of ±10: s = 10 √(20/19), SE = s √(2/20) = 3.244; t(0.975) + t(0.8) of 38 degrees is 2.024 + 0.851
  expect(check!.detectableShare).toBeCloseTo((3.244 * 2.875) / 1000, 4)
  expect(findDrift([trial(0)], rows).trials[0]).not.toHaveProperty('detectableShare')
})

test('1 % is drift, 0.9 % is none, and sustained throughput is that of the last third of the last trial', () => {
  const window = { ...trial(0), windowEndMs: 9000 }
  const ending = (late: number) =>
    findDrift(
      [window],
      [1000, 1000, 1000, 1000, 1000, 1000, late, late, late].map((count, second) => ({
        trial: 0,
        binStartMs: second * 1000,
        tokens: count,
      })),
    )
  expect(ending(990)).toMatchObject({ trials: [{ p: 0, drifts: true }], coldBurstTokensPerS: 1000 })
  expect(ending(990).soakedTokensPerS).toBe(990)
  expect(ending(991).trials[0]).toMatchObject({ p: 0, drifts: false })
})

describe('from trial to trial', () => {
  const trialsOf = (values: readonly number[]) => values.map((value, index) => trial(index, value))

  test('five that only fall by 2 % in all are a trend', () => {
    const drift = findDrift(trialsOf([1000, 995, 990, 985, 980]), [])
    expect(drift.trend).toMatchObject({ drifts: true, changeShare: expect.closeTo(-0.0202, 4) })
    expect(drift.findings).toEqual(['the trials drift: -2.0 % tokens/s from trial 1 to trial 5'])
  })

  test('five in no order are none, and three can show none', () => {
    expect(findDrift(trialsOf([1000, 980, 1010, 985, 1005]), []).trend.drifts).toBe(false)
    expect(findDrift(trialsOf([1000, 900, 800]), []).trend.reason).toContain('5 trials')
  })
})
