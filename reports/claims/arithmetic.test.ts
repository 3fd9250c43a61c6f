import { expect, test } from 'vitest'
import { evaluate, exactly, overlaps, roundingOf } from './arithmetic.ts'

const scope = new Map([
  ['price', exactly(1300)],
  ['throughput.llama8b-fp8-b32', { low: 1000, high: 1300 }],
])
const lookup = (name: string) => scope.get(name) ?? null

test.each([
  ['price / 3', 1300 / 3, 1300 / 3],
  ['price/throughput.llama8b-fp8-b32', 1, 1.3],
  ['2 * (price - 300) + 1', 2001, 2001],
  ['price - throughput.llama8b-fp8-b32', 0, 300],
])('%s', (formula, low, high) => expect(evaluate(formula, lookup)).toEqual({ low, high }))

test.each(['', 'price /', '(price', 'price price', 'unknown + 1', 'price / 0', 'a;b'])(
  '"%s" is no formula',
  (formula) => {
    expect(evaluate(formula, lookup)).toBeNull()
  },
)

test('a printed figure stands for all that rounds to it', () => {
  expect(roundingOf('£1,300')).toEqual({ low: 1299.5, high: 1300.5 })
  expect(roundingOf('+47%')).toEqual({ low: 46.5, high: 47.5 })
  expect(roundingOf('-5%')).toEqual({ low: -5.5, high: -4.5 })
  expect(overlaps(roundingOf('3.05')!, exactly(1100 / 360))).toBe(false)
  expect(overlaps(roundingOf('3.06')!, exactly(1100 / 360))).toBe(true)
  expect(roundingOf('none')).toBeNull()
})
