import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digamma, trigamma, trigammaInverse } from './gamma-derivatives.ts'

test('known values: Abramowitz and Stegun, tables 6.1 and 6.3', () => {
  expect(digamma(1)).toBeCloseTo(-0.577_215_664_901_5, 12)
  expect(digamma(0.5)).toBeCloseTo(-1.963_510_026_021_4, 12)
  expect(trigamma(1)).toBeCloseTo(Math.PI ** 2 / 6, 12)
  expect(trigamma(0.5)).toBeCloseTo(Math.PI ** 2 / 2, 11)
})

test('each is 1/x or 1/x² away from its neighbour, and the inverse inverts', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 1000, noNaN: true }), (x) => {
      expect(digamma(x + 1) - digamma(x)).toBeCloseTo(1 / x, 8)
      expect((trigamma(x) - trigamma(x + 1)) * x ** 2).toBeCloseTo(1, 6)
      expect(trigammaInverse(trigamma(x)) / x).toBeCloseTo(1, 8)
    }),
  )
})

test('there is none at 0 and below', () => {
  expect(() => digamma(0)).toThrow(RangeError)
  expect(() => trigamma(-1)).toThrow(RangeError)
  expect(() => trigammaInverse(0)).toThrow(RangeError)
})
