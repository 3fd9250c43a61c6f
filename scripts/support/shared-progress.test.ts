import { expect, test } from 'vitest'
import { tellExpectation } from '../../harness/run/expectation.ts'
import { CANNOT_BE_QUOTED } from '../../harness/run/not-quotable.ts'
import { sharedProgress } from './shared-progress.ts'

test('the demo does not say of each run what holds of all of them, and says everything else', () => {
  let text = ''
  const write = (part: string) => {
    text += part
  }
  const shared = sharedProgress({ isTTY: false, color: false, write })
  const lane = shared.lane('rtx-4090')
  lane.warn(`${CANNOT_BE_QUOTED}live-source: SIMULATED`)
  const workload = { expectedRequests: () => ({ requests: 1, secondsFor: () => 66 }) }
  tellExpectation(workload, { requestMs: 1000, basis: 'alone' }, { requests: null }, lane)
  tellExpectation(workload, { requestMs: 1000, basis: 'warm-up' }, { requests: 40 }, lane)
  expect(text).toBe('')
  lane.note('waiting for the first request of the load')
  lane.warn('the disk is slow')
  expect(text).toBe('rtx-4090: waiting for the first request of the load\nrtx-4090: warning: the disk is slow\n')
})
