import { expect, test } from 'vitest'
import { missing } from '../../record/measured.ts'
import { makeRun } from '../../testing/record-builder.ts'
import { makeServerTrial, makeTextTrial } from '../../testing/trial-builder.ts'
import { pointOfRun, sloShareOfRun } from './point-of-run.ts'

const base = { card: 'rtx-4090', concurrency: 16, result: { outputTokensPerS: [800, 790, 810] } } as const
const withShares = (...shares: readonly (number | null)[]) => ({
  trials: shares.map((sloShare) => makeTextTrial({ sloShare: sloShare ?? missing('no request was due') })),
})
const served = (over: Parameters<typeof makeServerTrial>[0]) => [makeTextTrial({ server: makeServerTrial(over) })]

test('a run of a closed loop is a point; another is none', () => {
  expect(pointOfRun(makeRun(base))).toEqual({
    concurrency: 16,
    tokensPerS: { mean: 800, ci95: [790, 810] },
    sloShare: null,
    obstacle: null,
  })
  const open = { scenarioFields: { load: { shape: 'open', ratePerS: 2 } } }
  expect(pointOfRun(makeRun({ ...base, ...open }))).toBeNull()
})

test('the share within the SLO is the mean over the trials, unknown where one has none, and stays a share', () => {
  expect(sloShareOfRun(withShares(1, 0.5))?.mean).toBe(0.75)
  expect(sloShareOfRun(withShares(1, 0.5))?.ci95).toEqual([0, 1])
  expect(sloShareOfRun(withShares(1, null))).toBeNull()
  expect(sloShareOfRun(withShares())).toBeNull()
})

test.each([
  ['out of memory', { oom: '90 GB of weights' }, 'failed', 'out of memory (90 GB of weights)'],
  ['a failed run', { status: 'failed', failure: 'the server is gone' }, 'failed', 'the server is gone'],
  [
    'errors',
    { gates: [{ id: 'error-rate', status: 'fail', required: true, evidence: '9 of 90 failed' }] },
    'failed',
    'too many errors (9 of 90 failed)',
  ],
  ['a full server', { trialList: served({ runningMax: 8, waitingMax: 8 }) }, 'queued', 'the server ran 8 of 16'],
  ['preemptions', { trialList: served({ preemptions: 3 }) }, 'queued', '3 requests preempted'],
] as const)('%s is an obstacle', (_, over, kind, reason) => {
  const point = pointOfRun(makeRun({ ...base, ...over }))
  expect(point?.obstacle).toMatchObject({ kind, reason: expect.stringContaining(reason) })
})

test('a server that ran too few in one of its trials is not called full', () => {
  const trialList = [...served({ runningMax: 8, waitingMax: 8 }), ...served({ runningMax: 16, waitingMax: 2 })]
  expect(pointOfRun(makeRun({ ...base, trialList }))?.obstacle).toBeNull()
})
