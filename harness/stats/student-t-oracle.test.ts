import fc from 'fast-check'
import jStat from 'jstat'
import { describe, expect, test } from 'vitest'
import { studentTCdf, studentTQuantile } from './student-t.ts'

/**
 * P(T <= x) in closed form for a whole number of degrees (Abramowitz and Stegun 26.7.3 and 26.7.4): a finite sum of powers
 * of cos θ, θ = atan(x / √degrees). Shares no step with the incomplete beta function.
 */
function closedForm(x: number, degrees: number): number {
  const theta = Math.atan(x / Math.sqrt(degrees))
  const [sin, cos] = [Math.sin(theta), Math.cos(theta)]
  const isEven = degrees % 2 === 0
  let term = isEven ? 1 : cos
  let sum = degrees === 1 ? 0 : term
  for (let power = isEven ? 2 : 3; power <= degrees - 2; power += 2) {
    term *= ((power - 1) / power) * cos ** 2
    sum += term
  }
  const inside = isEven ? sin * sum : (2 / Math.PI) * (theta + sin * sum)
  return (1 + inside) / 2
}

/** Below a thousandth x² drowns in the degrees, and the distribution is 1/2 within 1e-9 only: no test is decided there. */
const quantile = fc.double({ min: 0.001, max: 40, noNaN: true })

describe("Student's t", () => {
  test('is that of the closed form, for every whole number of degrees up to 400', () => {
    fc.assert(
      fc.property(quantile, fc.integer({ min: 1, max: 400 }), (x, degrees) => {
        expect(Math.abs(studentTCdf(x, degrees) - closedForm(x, degrees))).toBeLessThan(1e-11)
        expect(Math.abs(studentTCdf(-x, degrees) - closedForm(-x, degrees))).toBeLessThan(1e-11)
      }),
      { numRuns: 500, seed: 1908 },
    )
  })

  // Welch's degrees are fractions. jstat is itself right to about 1e-7: it holds each way of being wrong off, not digits.
  test('is that of jstat, for fractions of degrees up to the 10,000 that count as normal', () => {
    const degrees = fc.double({ min: 0.5, max: 10_000, noNaN: true })
    fc.assert(
      fc.property(quantile, degrees, (x, of) => {
        expect(Math.abs(studentTCdf(x, of) - jStat.studentt.cdf(x, of))).toBeLessThan(1e-6)
      }),
      { numRuns: 500, seed: 1908 },
    )
  })

  test('has the quantiles that lead back to their p', () => {
    const p = fc.double({ min: 0.5001, max: 0.9999, noNaN: true })
    fc.assert(
      fc.property(p, fc.integer({ min: 1, max: 400 }), (of, degrees) => {
        expect(closedForm(studentTQuantile(of, degrees), degrees)).toBeCloseTo(of, 10)
      }),
      { numRuns: 200, seed: 1908 },
    )
  })
})
