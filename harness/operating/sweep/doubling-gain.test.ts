import fc from 'fast-check'
import { expect, test } from 'vitest'
import { doublingGain } from './doubling-gain.ts'
import type { CurvePoint } from './sweep-point.ts'

const at = (concurrency: number, mean: number, half: number | null = null): CurvePoint => ({
  concurrency,
  tokensPerS: { mean, ci95: half === null ? null : [mean - half, mean + half] },
  isFull: false,
})

test('between measured loads: exact where a step takes weights + c · stream', () => {
  const loads = fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 2, maxLength: 8 })
  fc.assert(
    fc.property(loads, fc.double({ min: 0, max: 1000, noNaN: true }), (some, half) => {
      const curve = some.toSorted((a, b) => a - b).map((load) => at(load, (1000 * load) / (load + half)))
      for (const { concurrency } of curve) {
        const gain = doublingGain(curve, concurrency)
        const isInside = 2 * concurrency <= curve.at(-1)!.concurrency
        expect(gain === null).toBe(!isInside)
        if (gain !== null) expect(gain.mean).toBeCloseTo(half / (2 * concurrency + half), 9)
      }
    }),
  )
})

test('the interval is that of a ratio where both loads were measured', () => {
  const gain = doublingGain([at(8, 100, 3), at(16, 150, 4)], 8)!
  expect(gain.mean).toBeCloseTo(0.5, 12)
  // the relative half-widths add up as squares: 3 % and 2.7 %
  const [low, high] = gain.ci95!
  expect((high - low) / 2 / 1.5).toBeCloseTo(Math.hypot(0.03, 4 / 150), 3)
})

test('a load that is both ends of the line counts once: its error is not taken for two', () => {
  // 1/T(2) is 3/7 of 1/T(1) and 4/7 of 1/T(8): here 1/175, of which T(1) makes 3/4; less the whole of it in T(1) itself
  expect(doublingGain([at(1, 100, 10), at(8, 400)], 1)).toMatchObject({ mean: expect.closeTo(0.75, 9), ci95: null })
  const [low, high] = doublingGain([at(1, 100, 10), at(8, 400, 1e-9)], 1)!.ci95!
  expect(Math.log((1 + high) / 1.75)).toBeCloseTo(Math.log(100 / 90) / 4, 6)
  expect(Math.log((1 + low) / 1.75)).toBeCloseTo(-Math.log(110 / 100) / 4, 6)
})

test('a full server gains nothing more, and one trial has no interval', () => {
  const full: CurvePoint = { ...at(16, 800, 5), isFull: true }
  expect(doublingGain([at(8, 500, 5), full], 16)).toEqual({ mean: 0, ci95: [0, 0] })
  expect(doublingGain([at(8, 500), at(16, 800, 5)], 8)).toMatchObject({ ci95: null })
})

test('an interval that reaches 0 leaves the gain unbounded on that side', () => {
  expect(doublingGain([at(1, 100, 1), at(2, 150, 200)], 1)!.ci95![0]).toBe(-1)
})
