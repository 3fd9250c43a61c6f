import jStat from 'jstat'
import { expect, test } from 'vitest'
import { upperF } from './f-distribution.ts'

// Upper 5 % points as printed in the tables of NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.3
test.each([
  [2, 4, 6.944],
  [2, 10, 4.103],
  [4, 8, 3.838],
  [1, 2, 18.513],
])('F with %i and %i degrees exceeds %f in 5 %% of cases', (upper, lower, point) => {
  expect(upperF(point, upper, lower)).toBeCloseTo(0.05, 4)
})

test('is that of jstat elsewhere, and 1 at 0', () => {
  for (const [x, upper, lower] of [
    [0.3, 2, 4],
    [1, 3, 7],
    [12, 2, 10],
    [80, 6, 4],
  ] as const) {
    expect(upperF(x, upper, lower)).toBeCloseTo(1 - jStat.centralF.cdf(x, upper, lower), 6)
  }
  expect(upperF(0, 2, 4)).toBe(1)
})
