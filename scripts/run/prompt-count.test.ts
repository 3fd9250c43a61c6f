import fc from 'fast-check'
import { expect, test } from 'vitest'
import { closedLoopSeconds } from './prompt-count.ts'

/** Requests that streams of equal speed send until the time is up: the last of each may begin just before it. */
const sent = (concurrency: number, seconds: number, requestMs: number) =>
  concurrency * Math.ceil((seconds * 1000) / requestMs)

test('500 prompts of 4 s each, 32 at a time, are 60 s: 16 rounds, of which the last is begun in time', () => {
  expect(closedLoopSeconds(500, 32, 4000)).toBe(61)
  expect(sent(32, 61, 4000)).toBe(512)
})

test('a closed loop sends the prompts that were asked for, give or take a round and the rounding to a second', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 512 }),
      fc.integer({ min: 100, max: 60_000 }),
      (rounds, concurrency, requestMs) => {
        const prompts = rounds * concurrency
        const seconds = closedLoopSeconds(prompts, concurrency, requestMs)
        fc.pre(seconds > 5)
        const perSecond = (concurrency * 1000) / requestMs
        expect(Math.abs(sent(concurrency, seconds, requestMs) - prompts)).toBeLessThanOrEqual(concurrency + perSecond)
      },
    ),
  )
})

test('a trial has 5 s or more', () => {
  expect(closedLoopSeconds(1, 1, 100)).toBe(5)
})
