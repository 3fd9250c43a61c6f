import type { Trial } from '../record/schema/trial.ts'
import { DEFAULT_MAX_ERROR_RATE } from '../scenario/schema.ts'
import { counted } from '../units.ts'
import { defineGate, everyKind, gateResult, notMeasured, sumOf } from './gate.ts'
import { failsAbove, inForce, isBeyond, percent } from './threshold.ts'

const failedShare = failsAbove({
  what: 'share of requests that failed',
  value: DEFAULT_MAX_ERROR_RATE,
  unit: 'share',
  setBy: 'maxErrorRate',
  looseness: {
    loosest: 0.01,
    unit: 'share',
    inForce: ({ maxErrorRate }) => maxErrorRate,
    usual: () => DEFAULT_MAX_ERROR_RATE,
  },
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
  evidence:
    'Failed and sent requests, with the number and the most frequent message of each kind of failure; connections that the server closed between two requests.',
  usualCauses:
    'More concurrent requests than the server or a proxy takes; a time limit of a proxy; a server that runs out of memory and restarts; a request that the server does not support.',
  whatToDo:
    'Read the messages, which are those of the server: timeouts and refused connections mean too much load, HTTP 4xx an invalid request, truncated answers a server that stopped. Fix the cause and run again.',
  evaluate({ trials, scenario }) {
    const sent = sumOf(trials, (trial) => trial.requests)
    if (sent === 0) return notMeasured('no request was sent')
    const failed = sent - sumOf(trials, (trial) => trial.requestsOk)
    const kinds = [...new Set(trials.flatMap((trial) => Object.keys(trial.outcomes)))].filter((kind) => kind !== 'ok')
    const named = kinds
      .map((kind) => `${kind} ${sumOf(trials, (trial) => trial.outcomes[kind] ?? 0)}${wordsOf(kind, trials)}`)
      .join('; ')
    const allowed = inForce(failedShare, scenario)
    const evidence = `${failed} of ${counted(sent, 'request')} failed${named ? ` (${named})` : ''}; allowed ${percent(allowed.value)}${replacedText(trials)}`
    return gateResult(isBeyond(allowed, failed / sent) ? 'fail' : 'pass', evidence)
  },
})

/** Connections that were replaced, in words: their requests are no failures. */
function replacedText(trials: readonly Trial[]): string {
  const replaced = sumOf(trials, (trial) => trial.client.replaced ?? 0)
  const connections = counted(replaced, 'connection')
  return replaced === 0 ? '' : `; the server closed ${connections} between two requests, replaced without a failure`
}

/** Longest message in the evidence, in characters. */
const MOST_CHARACTERS = 200

/** The most frequent message of a kind of failure, of the trial in which it was most frequent. */
function wordsOf(kind: string, trials: readonly Trial[]): string {
  const all = trials.flatMap(({ failures }) => failures?.[kind] ?? [])
  const [first, ...others] = all
  if (first === undefined) return ''
  const { message } = others.reduce((best, each) => (each.requests > best.requests ? each : best), first)
  return message === '' ? '' : `: ${message.slice(0, MOST_CHARACTERS)}`
}
