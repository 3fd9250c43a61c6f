import { expect, test } from 'vitest'
import { bytesText, durationText } from './amount-text.ts'

test.each([
  [0, '0 MB'],
  [12_345_678, '12 MB'],
  [999_499_999, '999 MB'],
  [999_500_000, '1.0 GB'],
  [75_240_000_000, '75.2 GB'],
])('%i bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text)
})

test.each([
  [400, '0 s'],
  [59_600, '1 min'],
  [82_000, '1 min 22 s'],
  [3_600_000, '1 h'],
  [3_629_000, '1 h'],
  [9_000_000, '2 h 30 min'],
])('%i ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})
