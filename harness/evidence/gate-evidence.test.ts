import { expect, test } from 'vitest'
import { NO_TRIAL } from '../gates/evaluate.ts'
import { NO_MODEL } from '../gates/model.ts'
import type { Gate } from '../record/schema/run.ts'
import { differences } from './differences.ts'
import { comparableGates } from './gate-evidence.ts'

const gate = (evidence: string, over: Partial<Gate> = {}): Gate => ({
  id: 'error-rate',
  required: true,
  status: 'pass',
  evidence,
  ...over,
})
const unmeasured = { status: 'not-measured' } as const
const failed = { status: 'fail' } as const
const differs = (stored: Gate, again: Gate) => differences(comparableGates([stored], [again]), [again]).length > 0

test.each<[string, Gate, Gate, boolean]>([
  ['other words, same numbers', gate('0 of 96 failed; limit 5'), gate('limit 5.0 ms; 0 of 96 requests failed'), false],
  ['another number', gate('0 of 96 failed'), gate('1 of 96 failed'), true],
  ['a number less', gate('none failed'), gate('0 of 96 failed'), true],
  ['a number more', gate('0 of 96 failed in 3 trials'), gate('0 of 96 failed'), true],
  ['emptied', gate(''), gate('no request was sent'), true],
  ['another status', gate('0 of 96'), gate('0 of 96', { status: 'fail' }), true],
  ['no longer required', gate('0 of 96', { required: false }), gate('0 of 96'), true],
  ['an early verdict without a trial', gate('clocks did not change'), gate(NO_TRIAL, unmeasured), false],
  ['early words of a server that was not reached', gate('serves no model', failed), gate(NO_MODEL, unmeasured), false],
  ['a pass of a model that nobody reported', gate('serves a-model'), gate(NO_MODEL, unmeasured), true],
  ['another gate', gate('0 of 96', { id: 'ecc' }), gate('0 of 96'), true],
])('%s', (_, stored, again, expected) => {
  expect(differs(stored, again)).toBe(expected)
})
