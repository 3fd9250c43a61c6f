import { expect, test } from 'vitest'
import { durationHours, shareOrMore } from './flag-values.ts'

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

test.each([
  ['50%', 0.5],
  ['150%', 1.5],
  ['0.5', 0.5],
  ['0', 0],
])('a growth of %s is the share %d', (text, growth) => {
  expect(shareOrMore(text)).toBe(growth)
})

test.each(['50', '1.5', '-5%', 'half'])('a growth of %s is refused: it may be meant in percent', (text) => {
  expect(() => shareOrMore(text)).toThrow('such as 50%')
})
