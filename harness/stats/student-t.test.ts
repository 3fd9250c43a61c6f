import { expect, test } from 'vitest'
import { studentTCdf, studentTQuantile } from './student-t.ts'

// Two-sided 95 % and 99 % points as printed in the tables of NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2
test.each([
  [1, 0.975, 12.706],
  [2, 0.975, 4.303],
  [3, 0.975, 3.182],
  [5, 0.975, 2.571],
  [9, 0.975, 2.262],
  [30, 0.975, 2.042],
  [100, 0.975, 1.984],
  [2, 0.995, 9.925],
  [10, 0.995, 3.169],
  [1, 0.95, 6.314],
])('t with %i degrees at %f is %f', (degrees, p, expected) => {
  expect(studentTQuantile(p, degrees)).toBeCloseTo(expected, 3)
})

test('the distribution is symmetric and goes to 1', () => {
  expect(studentTCdf(0, 4)).toBeCloseTo(0.5, 12)
  expect(studentTCdf(-1.3, 4) + studentTCdf(1.3, 4)).toBeCloseTo(1, 12)
  expect(studentTCdf(1e6, 3)).toBeCloseTo(1, 9)
})

test('a question without an answer throws', () => {
  expect(() => studentTQuantile(0.5, 3)).toThrow(RangeError)
  expect(() => studentTQuantile(0.975, 0)).toThrow(RangeError)
})
