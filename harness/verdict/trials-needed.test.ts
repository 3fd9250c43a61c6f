import { describe, expect, test } from 'vitest'
import type { SideValues } from './side.ts'
import { sampleSizePerSide, trialsToDecide } from './trials-needed.ts'
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

  const plan = { trialShare: 0.02, restartShare: 0, trials: 3, unit: 'trials' as const, level: 0.05 }
  test('more noise asks for more trials', () => {
    const settled = trialsToDecide({ ...plan, distanceShare: 0.03 })
    const noisier = trialsToDecide({ ...plan, distanceShare: 0.03, trialShare: 0.03 })
    expect(settled).toEqual({ kind: 'trials', morePerSide: 4 })
    expect(noisier.kind === 'trials' && noisier.morePerSide).toBeGreaterThan(4)
  })

  test('where starts of the server are the noise, trials do not help and runs do', () => {
    const settled = trialsToDecide({ ...plan, trialShare: 0.001, restartShare: 0.01, distanceShare: 0.02 })
    expect(settled).toEqual({ kind: 'runs', runsPerSide: expect.any(Number) })
  })

  test('on the edge of what matters nothing helps', () => {
    expect(trialsToDecide({ ...plan, distanceShare: 0.0001 }).kind).toBe('never')
  })

  test('more than 50 trials per side are too many', () => {
    // an effect of 0.5, one-sided at 5 % with power 80 %, needs 51 a side (G*Power); 0.484 needs 54
    expect(trialsToDecide({ ...plan, trialShare: 0.06, distanceShare: 0.03 })).toEqual({
      kind: 'trials',
      morePerSide: 48,
    })
    expect(trialsToDecide({ ...plan, trialShare: 0.062, distanceShare: 0.03 }).kind).not.toBe('trials')
  })

  test('a run is worth its trials: 2 % over four of them and 1 % of starts are 1.41 % a run', () => {
    // 3 % are 2.12 deviations: n = 4, because √2 x 2.12 = 3.00 >= 1.943 + 0.906 (t of 6 degrees), and √1.5 x 2.12 < 3.07
    const settled = trialsToDecide({ ...plan, trialShare: 0.02, restartShare: 0.01, trials: 4, distanceShare: 0.03 })
    expect(settled).toEqual({ kind: 'runs', runsPerSide: 4 })
  })
})

describe('trials needed to decide a comparison', () => {
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

  test('trials of one start, with what starts add: 3 % beside 3 % and 0.3 % needs 15 a side', () => {
    // 15: 2 x (0.0009 / 15 + 0.000009) = 0.01175²; (1.687 + 0.852) x 0.01175 = 0.0298. 14 make 0.0308
    expect(settlingOf(trials(100, 3), trials(100, 3))).toEqual({ kind: 'trials', morePerSide: 12 })
  })

  test('counts from the side that has fewer trials', () => {
    const five: SideValues = [[97, 97, 100, 103, 103]]
    expect(settlingOf(five, trials(100, 3))).toEqual({ kind: 'trials', morePerSide: 12 })
  })

  test('speaks of trials where one side has one start only', () => {
    const two: SideValues = [
      [97, 100, 103],
      [97, 100, 103],
    ]
    expect(settlingOf(two, trials(100, 3))).toMatchObject({ kind: 'trials' })
  })
})
