import fc from 'fast-check'
import { expect, test } from 'vitest'
import { leastSquares } from './least-squares.ts'

test('a straight line with its standard errors, as in a textbook', () => {
  // Anscombe 1973, "Graphs in Statistical Analysis", American Statistician 27: the first set
  const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
  const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]
  const fit = leastSquares(
    x.map((at) => [1, at]),
    y,
  )!
  expect(fit.coefficients[0]).toBeCloseTo(3.0001, 4)
  expect(fit.coefficients[1]).toBeCloseTo(0.5001, 4)
  expect(fit.errors[0]).toBeCloseTo(1.1247, 4)
  expect(fit.errors[1]).toBeCloseTo(0.1179, 4)
  expect(fit.residual).toBeCloseTo(13.763, 2)
})

test('coefficients that made the values are found', () => {
  const number = fc.double({ min: -5, max: 5, noNaN: true })
  fc.assert(
    fc.property(number, number, number, (a, b, c) => {
      const rows = Array.from({ length: 12 }, (_, at) => [1, at / 12, Number(at > 5)])
      const fit = leastSquares(
        rows,
        rows.map(([one, two, three]) => a * one! + b * two! + c * three!),
      )!
      for (const [at, value] of [a, b, c].entries()) expect(fit.coefficients[at]).toBeCloseTo(value, 6)
    }),
  )
})

test('too few rows, no columns, and columns that depend on each other have no fit', () => {
  expect(leastSquares([[1, 2]], [3])).toBeNull()
  expect(leastSquares([], [])).toBeNull()
  expect(
    leastSquares(
      [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
      [1, 2, 3],
    ),
  ).toBeNull()
})
