import { headlineMetric } from '../metrics/headline.ts'
import { relativeHalfWidth } from '../metrics/result.ts'
import { isKnown, reasonOf } from '../record/measured.ts'
import type { Trial } from '../record/schema/trial.ts'
import { DEFAULT_CERTAINTY_TARGET } from '../scenario/schema.ts'
import { counted } from '../units.ts'
import { defineGate, everyKind, gateResult, notMeasured } from './gate.ts'
import { preemptedRequests, queuedFindings, ranShare } from './queued.ts'
import { failsAbove, failsBelow, inForce, isBeyond, percent, warnsAbove } from './threshold.ts'

/** Share of a trial that must be steady, and length in seconds without which a window holds too few requests to be quoted. */
const STEADY_SHARE = 0.5
const SHORTEST_QUOTED_S = 3

const windowShare = failsBelow({
  what: 'length of the shortest steady window',
  value: STEADY_SHARE,
  unit: 'share of trial.seconds',
  setBy: 'trial.minWindowSeconds',
  looseness: {
    loosest: SHORTEST_QUOTED_S,
    unit: 's',
    inForce: ({ trial }) => trial.minWindowSeconds ?? trial.seconds * STEADY_SHARE,
    usual: ({ trial }) => trial.seconds * STEADY_SHARE,
  },
})
const preemptions = warnsAbove({
  what: 'requests that the server preempted',
  value: 0,
  unit: 'requests',
})

/** A trial without a long enough steady window has no valid headline metric. */
export const steadyState = defineGate({
  question: 'Was there a long enough stretch of steady load in every trial?',
  kinds: everyKind,
  required: true,
  thresholds: { windowShare, preemptions, ranShare },
  statuses: ['pass', 'warn', 'fail', 'not-measured'],
  formula:
    'The steady window begins after the ramp-up and ends when the requests in flight leave their target; for training it excludes the first steps. A preempted request is computed again, so the load exceeded the KV cache of the server. A closed loop keeps `load.concurrency` requests in flight: a server that runs fewer at once lets the others wait, and their TTFT is time in its queue.',
  evidence:
    'Length of the shortest window and the required length; preempted requests; requests that the server ran at once.',
  usualCauses:
    'Trials that are short beside the time of one request; a concurrency above what the KV cache holds, so that requests are preempted; a low `--max-num-seqs`; a server that stalled or restarted.',
  whatToDo:
    'Make trials longer (`trial.seconds`) or requests shorter. After a warning, lower the concurrency, start the server with a higher `--max-num-seqs`, or give it more KV cache.',
  evaluate(record) {
    const { trials, scenario } = record
    if (trials.length === 0) return notMeasured('no trial was run')
    const needed = inForce(windowShare, scenario)
    const shortest = Math.min(...trials.map(windowSeconds))
    const without = trials.find((trial) => !isKnown(trial.windowStartMs))
    const evidence = without
      ? `trial ${without.index}: no steady window: ${reasonOf(without.windowStartMs) ?? 'unknown'}`
      : `shortest steady window ${shortest.toFixed(1)} s; required ${needed.value} s`
    if (without || isBeyond(needed, shortest)) return gateResult('fail', evidence)
    const preempted = preemptedRequests(trials)
    const notes = [
      ...(isBeyond(preemptions, preempted) ? [`the server preempted ${counted(preempted, 'request')}`] : []),
      ...queuedFindings(record),
    ]
    return gateResult(notes.length > 0 ? 'warn' : 'pass', [evidence, ...notes].join('; '))
  },
})

const windowSeconds = ({ windowStartMs, windowEndMs }: Trial): number =>
  isKnown(windowStartMs) && isKnown(windowEndMs) ? (windowEndMs - windowStartMs) / 1000 : 0

const halfWidth = failsAbove({
  what: 'half-width of the 95 % interval of the headline metric, relative to its mean',
  value: DEFAULT_CERTAINTY_TARGET,
  unit: 'share',
  setBy: 'certainty.target',
  looseness: {
    loosest: 0.1,
    unit: 'share',
    inForce: ({ certainty }) => certainty.target,
    usual: () => DEFAULT_CERTAINTY_TARGET,
  },
})

/** The interval of the headline metric is wider than the scenario requires. */
export const precision = defineGate({
  question: 'Is the headline metric known as precisely as the scenario requires?',
  kinds: everyKind,
  required: false,
  thresholds: { halfWidth },
  statuses: ['pass', 'fail', 'not-measured'],
  formula:
    'The headline metric is the decode rate for one stream, output throughput for several, seconds per image or images per second, steps per second for training. Its interval is the 95 % t-interval over the means of the trials.',
  evidence: 'The headline metric, the relative half-width of its interval, the number of trials and the target.',
  usualCauses:
    'Few or short trials; a card that still warms up; clocks that change with temperature; other work on the machine; answers of very different lengths.',
  whatToDo:
    'Allow more trials (`certainty.maxTrials`) or longer ones (`trial.seconds`), and look for the cause of differences between trials: other processes, changing clocks, a card that is still warming up.',
  evaluate(record) {
    const key = headlineMetric(record.scenario)
    const half = relativeHalfWidth(record.result[key])
    const target = inForce(halfWidth, record.scenario)
    if (half === null)
      return notMeasured(`${key}: an interval requires two trials; the run has ${record.trials.length}`)
    const evidence = `${key} ± ${percent(half)} over ${record.trials.length} trials; target ± ${percent(target.value)}`
    return gateResult(isBeyond(target, half) ? 'fail' : 'pass', evidence)
  },
})
