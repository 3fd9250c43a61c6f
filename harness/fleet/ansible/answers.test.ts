import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAnswers } from './answers.ts'
import { stateOf } from './job-state.ts'

const line = (over: object) => JSON.stringify({ host: 'gpu1', task: 'Look at the job', status: 'ok', ...over })
const stateIn = (job: object) => {
  const answer = readAnswers(line({ job })).hosts.get('gpu1')
  return answer?.status === 'ok' && answer.job !== null ? stateOf(answer.job) : null
}
const lost = { state: 'lost', exit_code: null, note: '' }

test('every end of a job on its box is a state of the fleet', () => {
  expect(stateIn({ state: 'running', argv: [] })).toEqual({ state: 'running' })
  expect(stateIn({ state: 'ended', exit_code: 4, reason: null })).toEqual({ state: 'ended', exitCode: 4 })
  expect(stateIn({ state: 'absent' })).toMatchObject({ state: 'lost', kind: 'node' })
  expect(stateIn({ ...lost, cause: 'restart', reason: 'the server was restarted' })).toEqual({
    state: 'lost',
    kind: 'node',
    reason: 'the server was restarted',
  })
  expect(stateIn({ ...lost, cause: 'signal', reason: 'ended by SIGKILL' })).toMatchObject({ kind: 'unknown' })
  expect(stateIn({ ...lost, cause: 'cancelled', reason: 'cancelled' })).toMatchObject({ kind: 'cancelled' })
  expect(stateIn({ ...lost, cause: 'time-limit', reason: 'late' })).toMatchObject({ kind: 'time-limit' })
  expect(stateIn({ ...lost, cause: 'time-limit', reason: 'late', note: 'window' })).toMatchObject({ kind: 'window' })
  expect(stateIn({ ...lost, cause: 'of a later version', reason: 'new' })).toMatchObject({ kind: 'unknown' })
})

test('the last answer of a host counts, so that a failure after an answer is not lost', () => {
  const text = [
    line({ job: { state: 'running' } }),
    'not JSON',
    '{"host": 7}',
    line({ task: 'Fetch the archive', status: 'failed', message: 'Module failed: the remote file does not exist' }),
  ].join('\n')
  expect(readAnswers(text).hosts.get('gpu1')).toEqual({
    status: 'failed',
    task: 'Fetch the archive',
    message: 'the remote file does not exist',
  })
})

test('whatever is in the file, nothing is thrown, and no text has an escape sequence', () => {
  const value = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.record({ host: fc.string(), status: fc.string() }).map((each) => JSON.stringify(each)),
  )
  fc.assert(
    fc.property(fc.array(value), fc.string({ unit: 'binary' }), (lines, reason) => {
      const text = [...lines, line({ job: { ...lost, cause: 'signal', reason } })].join('\n')
      const answer = readAnswers(text).hosts.get('gpu1')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      expect(JSON.stringify(answer)).not.toMatch(/\\u00[01]|[\u0000-\u001f]/)
    }),
    { numRuns: 30 },
  )
})
