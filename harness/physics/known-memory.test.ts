import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cardByKey } from '../catalogue/cards.ts'
import { modelByKey } from '../catalogue/own-models.ts'
import { predictClosedLoop } from './closed-loop.ts'
import { copyExpectation, copyShareOf } from './copy-bandwidth.ts'
import { probeExpectation } from './memory-probe.ts'

const card = cardByKey('rtx-4090')!
const model = modelByKey('llama-3.1-8b-instruct-fp8')!
const loop = {
  concurrency: 32,
  promptTokens: 512,
  outputTokens: 256,
  cachedTokens: 0,
  kvBytesPerElement: 1,
  gpus: 1,
} as const
const stream = { contextTokens: 192, kvBytesPerElement: 1, gpus: 1, powerLimitW: null } as const
const predicted = (copyShare: number | null) => predictClosedLoop(card, model, { ...loop, copyShare })
const shares = fc.double({ min: 0.3, max: 1.3, noNaN: true })

describe('a measured memory', () => {
  test('can only narrow the range, whatever it reaches', () => {
    const usual = predicted(null)
    fc.assert(
      fc.property(shares, (share) => {
        const { band, expected } = predicted(share)
        expect(band.slow.outputTokensPerS).toBeGreaterThanOrEqual(usual.band.slow.outputTokensPerS)
        // a memory far below its usual rate is judged by the copy itself
        if (share > 0.85) expect(band.slow.outputTokensPerS).toBeLessThanOrEqual(expected.outputTokensPerS)
        const [plain, known] = [
          probeExpectation(card, model, stream),
          probeExpectation(card, model, { ...stream, copyShare: share }),
        ]
        expect(known.lowGBs).toBeGreaterThanOrEqual(plain.lowGBs)
      }),
    )
  })

  test('that is slower lowers what is expected, in proportion to the time that is spent on it', () => {
    const [usual, slower] = [predicted(1), predicted(0.9)]
    const kept = slower.expected.outputTokensPerS / usual.expected.outputTokensPerS
    expect(kept).toBeGreaterThan(0.9)
    expect(kept).toBeLessThan(0.97)
    const { expectedGBs } = probeExpectation(card, model, { ...stream, copyShare: 0.9 })
    expect(expectedGBs / probeExpectation(card, model, stream).expectedGBs).toBeCloseTo(0.9, 1)
  })

  test('that copies at its usual rate changes no expectation', () => {
    expect(predicted(1).expected).toEqual(predicted(null).expected)
    const copy = copyExpectation(card)!.expectedGBs
    expect(copyShareOf(card, copy)).toBe(1)
    expect(copyShareOf(cardByKey('gb10')!, copy)).toBeNull()
  })
})
