import { describe, expect, test } from 'vitest'
import type { SideValues } from './starts.ts'
import { runsToDecide, sampleSizePerSide } from './starts-needed.ts'
import { compareSuite } from './verdict.ts'

describe('sample sizes', () => {
  // Cohen 1988, "Statistical Power Analysis", table 2.4.1, and G*Power: two-sided 5 %, power 80 %
  test.each([
    [0.2, 394],
    [0.5, 64],
    [0.8, 26],
  ])('an effect of %f standard deviations needs %i a side', (effect, n) => {
    expect(sampleSizePerSide(effect, 0.025, 0.8, 1000)).toBe(n)
  })

  test('there is none within reach of a small effect', () => {
    expect(sampleSizePerSide(0.01, 0.025, 0.8, 50)).toBeNull()
  })

  const plan = { runShare: 0.02, runs: 3, level: 0.05 }
  test('more noise asks for more starts', () => {
    // one-sided at 5 % with power 80 %, 1.5 deviations: √(7/2) x 1.5 = 2.81 >= 1.782 + 0.873 (t of 12 degrees), 6 make 2.60
    expect(runsToDecide({ ...plan, distanceShare: 0.03 })).toEqual({ kind: 'runs', runsPerSide: 7 })
    const noisier = runsToDecide({ ...plan, distanceShare: 0.03, runShare: 0.03 })
    expect(noisier.kind === 'runs' && noisier.runsPerSide).toBeGreaterThan(7)
  })

  test('one start asks for three at least, and what is there already is not enough', () => {
    expect(runsToDecide({ ...plan, runs: 1, distanceShare: 0.5 })).toEqual({ kind: 'runs', runsPerSide: 3 })
    expect(runsToDecide({ ...plan, runs: 4, distanceShare: 0.5 })).toEqual({ kind: 'runs', runsPerSide: 5 })
    expect(runsToDecide({ ...plan, runShare: 0, distanceShare: 0.01 })).toEqual({ kind: 'runs', runsPerSide: 4 })
  })

  test('on the edge of what matters nothing helps', () => {
    expect(runsToDecide({ ...plan, distanceShare: 0.0001 })).toEqual({
      kind: 'never',
      reason: 'a verdict would need more than about 50 starts per side',
    })
  })
})

describe('starts needed to decide a comparison', () => {
  const settlingOf = (baseline: SideValues, candidate: SideValues) => {
    const sides = { baseline: { outputTokensPerS: baseline }, candidate: { outputTokensPerS: candidate } }
    const [metric] = compareSuite([{ ...sides, looked: false }])[0]!
    expect(metric!.verdict).toBe('inconclusive')
    return metric!.settling
  }
  /** Three starts of the server, one trial each. */
  const starts = (mean: number, spread: number): SideValues => [[mean - spread], [mean], [mean + spread]]
  /** One start of the server, three trials. */
  const trials = (mean: number, spread: number): SideValues => [[mean - spread, mean, mean + spread]]

  test('a loss of 0.8 deviations between runs needs 26 runs per side, two-sided at 5 % (Cohen)', () => {
    // 4 % less; the side that varies more counts, with 5 % of its mean
    expect(settlingOf(starts(100, 5), starts(96, 3.84))).toEqual({ kind: 'runs', runsPerSide: 26 })
    expect(settlingOf(starts(100, 4), starts(96, 4.8))).toEqual({ kind: 'runs', runsPerSide: 26 })
  })

  test('what is known to be small needs as many as stand between it and 3 %, one-sided', () => {
    // 1 % less leaves 2 %, 0.8 of 2.5 %: √(21/2) x 0.8 = 2.592 >= 1.684 + 0.851 (t of 40 degrees), 20 are too few
    expect(settlingOf(starts(100, 2.5), starts(99, 2.4))).toEqual({ kind: 'runs', runsPerSide: 21 })
  })

  test('among many hypotheses a loss needs more', () => {
    const same = starts(100, 5)
    const many = ['tokensPerJ', 'ttftMsP50', 'meanPowerW', 'peakMemoryMiB'] as const
    const others = Object.fromEntries(many.map((key) => [key, same]))
    const sides = {
      baseline: { outputTokensPerS: same, ...others },
      candidate: { outputTokensPerS: starts(96, 3.84), ...others },
    }
    const [metric] = compareSuite([{ ...sides, looked: false }])[0]!
    // two-sided at 1 %: 2 x ((2.576 + 0.842) / 0.8)² = 36.5, and a little more for t
    expect(metric!.settling).toEqual({ kind: 'runs', runsPerSide: 39 })
  })

  test('one start per side asks for three, and for more where its trials vary more', () => {
    const steady = settlingOf(trials(100, 0.3), trials(100, 0.3))
    expect(steady).toEqual({ kind: 'runs', runsPerSide: 3 })
    const noisy = settlingOf(trials(100, 2), trials(100, 2))
    expect(noisy!.kind === 'runs' && noisy!.runsPerSide).toBeGreaterThan(5)
  })
})
