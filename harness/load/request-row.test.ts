import { expect, test } from 'vitest'
import type { TimedResult } from '../endpoint/timed-request.ts'
import { emptyFacts } from '../endpoint/wire/stream-facts.ts'
import { type RowIdentity, toRequestRow } from './request-row.ts'

const identity: RowIdentity = {
  trial: 2,
  id: 7,
  worker: 1,
  scheduledMs: 5000,
  originMs: 1000,
  plannedPromptTokens: 64,
  plannedOutputTokens: 3,
}
const unsent: TimedResult = {
  dispatchedMs: Number.NaN,
  firstByteMs: Number.NaN,
  endMs: 5002,
  facts: emptyFacts(new Float64Array(4)),
  outcome: 'connect',
  httpStatus: null,
  error: 'connect ECONNREFUSED with Bearer sk-12345',
  simulated: false,
  isStale: false,
}

test('times are on the clock of the run, and what was not reached is null', () => {
  expect(toRequestRow(identity, unsent, null)).toMatchObject({
    trial: 2,
    id: 7,
    worker: 1,
    scheduledMs: 4000,
    dispatchedMs: null,
    firstByteMs: null,
    firstTokenMs: null,
    endMs: 4002,
    chunks: 0,
    maxGapMs: null,
  })
})

test('the longest gap between two content events is kept', () => {
  const facts = {
    ...emptyFacts(Float64Array.of(5010, 5030, 5100, 0)),
    chunks: 3,
    firstTokenMs: 5010,
    lastTokenMs: 5100,
  }
  const row = toRequestRow(identity, { ...unsent, outcome: 'ok', dispatchedMs: 5001, facts }, null)
  expect(row).toMatchObject({ dispatchedMs: 4001, firstTokenMs: 4010, lastTokenMs: 4100, chunks: 3, maxGapMs: 70 })
})

test('no row holds the key', () => {
  expect(toRequestRow(identity, unsent, 'sk-12345').error).toBe('connect ECONNREFUSED with Bearer [secret]')
})

test('a finish reason is short and plain, without the key and without what reorders text', () => {
  const reasonOf = (finishReason: string, secret: string | null = null) =>
    toRequestRow(identity, { ...unsent, facts: { ...emptyFacts(new Float64Array(4)), finishReason } }, secret)
      .finishReason
  expect(reasonOf('length')).toBe('length')
  expect(reasonOf(`${'A'.repeat(200_000)}\n\u001b]0;x\u0007`)).toBe('A'.repeat(40))
  expect(reasonOf('\u202estop\u001b[31m')).toBe('stop [31m')
  expect(reasonOf('key sk-live-12345 used', 'sk-live-12345')).toBe('key [secret] used')
  // a word that is sent as a key is no secret, and stays a reason
  expect(reasonOf('stop', 'stop')).toBe('stop')
})
