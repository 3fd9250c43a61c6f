import { expect, test } from 'vitest'
import { durationHours } from './flag-values.ts'

test.each([
  ['4h', 4],
  ['30m', 0.5],
  ['90s', 0.025],
  ['1.5h', 1.5],
])('%s is %d hours', (text, hours) => {
  expect(durationHours(text)).toBeCloseTo(hours, 12)
})

test.each(['', '4', '0h', '-1h', '4d', '4 h', 'h', '1e3h'])('%j is no time', (text) => {
  expect(() => durationHours(text)).toThrow('Expected a time such as 4h')
})
