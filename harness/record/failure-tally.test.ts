import { expect, test } from 'vitest'
import { FailureTally } from './failure-tally.ts'

test('the most frequent message of each kind is kept, and successes have none', () => {
  const tally = new FailureTally()
  tally.add('ok', '')
  tally.add('http-4xx', 'HTTP 429: queue is full')
  tally.add('connect', 'connect ECONNREFUSED 127.0.0.1:8000')
  tally.add('http-4xx', 'HTTP 400: no such field')
  tally.add('http-4xx', 'HTTP 400: no such field')
  expect(tally.mostFrequent()).toEqual({
    'http-4xx': { message: 'HTTP 400: no such field', requests: 2 },
    connect: { message: 'connect ECONNREFUSED 127.0.0.1:8000', requests: 1 },
  })
})

test('messages that differ in numbers and ids are one, shown as it was first', () => {
  const tally = new FailureTally()
  for (const id of ['cmpl-0123456789abcdef', 'cmpl-fedcba9876543210']) {
    tally.add('http-5xx', `HTTP 500: request ${id} failed after 12 steps`)
  }
  tally.add('http-5xx', 'HTTP 500: CUDA error')
  expect(tally.mostFrequent()).toEqual({
    'http-5xx': { message: 'HTTP 500: request cmpl-0123456789abcdef failed after 12 steps', requests: 2 },
  })
})

test('of equally frequent messages the first one is shown', () => {
  const tally = new FailureTally()
  tally.add('truncated', 'first')
  tally.add('truncated', 'second')
  expect(tally.mostFrequent()).toEqual({ truncated: { message: 'first', requests: 1 } })
})

test('a server with a new message for each request does not fill the memory, and what was frequent stays so', () => {
  const tally = new FailureTally()
  const letters = 'ghijklmnopqrstuvwxyz'
  for (const a of letters) for (const b of letters) tally.add('stream-error', `key ${a}${b} is unknown`)
  tally.add('stream-error', 'key gg is unknown')
  expect(tally.mostFrequent()).toEqual({ 'stream-error': { message: 'key gg is unknown', requests: 2 } })
})
