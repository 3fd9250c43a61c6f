import { expect, test } from 'vitest'
import { missedTicks } from './ticks.ts'

test('a loop that wakes in time is due once', () => {
  expect(missedTicks(1000, 200, 1200)).toEqual([1200])
  expect(missedTicks(1000, 200, 1399)).toEqual([1200])
})

test('a loop that wakes late is due for each row that it missed, on the same grid', () => {
  expect(missedTicks(1000, 200, 1830)).toEqual([1200, 1400, 1600, 1800])
})

test('a loop that wakes early is due for none', () => {
  expect(missedTicks(1000, 200, 1199)).toEqual([])
})

test('what is older than five seconds is lost', () => {
  const moments = missedTicks(1000, 200, 21_000)
  expect([moments[0], moments.at(-1), moments.length]).toEqual([16_000, 21_000, 26])
})
