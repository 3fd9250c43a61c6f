import { DEFAULT_MAX_ERROR_RATE } from '../scenario/schema.ts'
import { defineGate, everyKind, gateResult, notMeasured, sumOf } from './gate.ts'
import { failsAbove, isBeyond, percent, withValue } from './threshold.ts'

const failedShare = failsAbove({
  what: 'share of requests that failed',
  value: DEFAULT_MAX_ERROR_RATE,
  unit: 'share',
  setBy: 'maxErrorRate',
})

/** More requests failed than the scenario allows. */
export const errorRate = defineGate({
  question: 'Did enough of the requests succeed?',
  kinds: everyKind,
  required: true,
  thresholds: { failedShare },
  statuses: ['pass', 'fail', 'not-measured'],
  formula:
    'Failed requests / sent requests, over all trials. A failed request is in no latency percentile, but its energy counts. For training, each progress line of the command is a request, and one without a finite loss failed.',
  evidence: 'Failed and sent requests, with the number of each kind of failure.',
  whatToDo:
    'Read the kinds of failure: timeouts and refused connections mean too much load, HTTP 4xx an invalid request, truncated answers a server that stopped. Fix the cause and run again.',
  evaluate({ trials, scenario }) {
    const sent = sumOf(trials, (trial) => trial.requests)
    if (sent === 0) return notMeasured('no request was sent')
    const failed = sent - sumOf(trials, (trial) => trial.requestsOk)
    const kinds = [...new Set(trials.flatMap((trial) => Object.keys(trial.outcomes)))].filter((kind) => kind !== 'ok')
    const named = kinds.map((kind) => `${kind} ${sumOf(trials, (trial) => trial.outcomes[kind] ?? 0)}`).join(', ')
    const allowed = withValue(failedShare, scenario.maxErrorRate)
    const evidence = `${failed} of ${sent} requests failed${named ? ` (${named})` : ''}; allowed ${percent(allowed.value)}`
    return gateResult(isBeyond(allowed, failed / sent) ? 'fail' : 'pass', evidence)
  },
})
