import { expect, test } from 'vitest'
import { parseShare } from './share.ts'

test.each([
  ['3%', 0.03],
  [' 2.5 % ', 0.025],
  ['0.4', 0.4],
  ['.4', 0.4],
  ['0', 0],
  ['140%', 1.4],
])('%s is a share', (text, value) => {
  expect(parseShare(text)).toBeCloseTo(value, 12)
})

test.each(['', '%', 'abc', '-1', '1e3', '0x10', '3 4', 'NaN', 'Infinity', '3%%', '.'])('%j is none', (text) => {
  expect(parseShare(text)).toBeNull()
})
