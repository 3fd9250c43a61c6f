import { knownOf } from '../record/measured.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { defineGate, everyKind, gateResult, notMeasured, sumOf } from './gate.ts'
import { failsAbove, isBeyond, limitText, percent } from './threshold.ts'

const eventLoopDelay = failsAbove({ what: 'event-loop delay of the client, p99', value: 5, unit: 'ms' })
const cpuShare = failsAbove({ what: 'CPU of the busiest client worker', value: 0.8, unit: 'share of a core' })
const lateShare = failsAbove({ what: 'requests sent late', value: 0.001, unit: 'share' })
const dropped = failsAbove({ what: 'requests dropped because no connection was free', value: 0, unit: 'requests' })
const ttftError = failsAbove({ what: 'TTFT error of the calibration, p99', value: 5, unit: 'ms' })
/** Near its highest rate a client is too slow to be trusted. */
const ceilingShare = failsAbove({
  what: 'output tokens/s of the fastest trial',
  value: 0.5,
  unit: 'share of the highest rate of the calibration',
})

/** The client was too busy to measure times correctly, or was not calibrated. */
export const clientHeadroom = defineGate({
  question: 'Was the load generator fast enough to measure correctly?',
  kinds: everyKind,
  required: true,
  thresholds: { eventLoopDelay, cpuShare, lateShare, dropped, ttftError, ceilingShare },
  statuses: ['pass', 'warn', 'fail', 'not-measured'],
  formula:
    'The highest value of all trials is compared with each threshold. The calibration measures the client against an exact server on the same machine just before the run; a run without it warns.',
  evidence:
    'Event-loop delay, CPU share, late and dropped requests; from the calibration: TTFT error, gap error and highest rate.',
  whatToDo:
    'Stop other work on the client machine, give the client more workers (`--workers`) or more connections (`maxInFlight`), or run it on another machine. After a warning, run without `--skip-calibration`.',
  evaluate({ trials, certificate }) {
    const delays = trials.map((trial) => trial.client.eventLoopDelayP99Ms).filter((value) => value !== null)
    const shares = trials.map((trial) => trial.client.cpuShareOfCore).filter((value) => value !== null)
    if (delays.length === 0 || shares.length === 0) return notMeasured('the client did not measure itself')
    const delayMs = Math.max(...delays)
    const share = Math.max(...shares)
    const sent = sumOf(trials, (trial) => trial.requests)
    const late = sumOf(trials, (trial) => trial.client.lateSends)
    const lost = sumOf(trials, (trial) => trial.client.dropped)
    const watched = `event-loop delay p99 ${delayMs.toFixed(1)} ms (limit ${limitText(eventLoopDelay)}), CPU ${percent(share)} of a core per worker (limit ${percent(cpuShare.value)}), ${late} of ${sent} requests sent late, ${lost} dropped`
    const isStrained =
      isBeyond(eventLoopDelay, delayMs) ||
      isBeyond(cpuShare, share) ||
      isBeyond(lateShare, late === 0 ? 0 : late / sent) ||
      isBeyond(dropped, lost)
    if (certificate === null)
      return gateResult(
        isStrained ? 'fail' : 'warn',
        `${watched}; the client was not calibrated against an exact server`,
      )
    const fastest = Math.max(0, ...knownOf(trialsOfKind(trials, 'text').map((trial) => trial.outputTokensPerS)))
    const isUntrue =
      isBeyond(ttftError, certificate.ttftErrorMs.p99) ||
      isBeyond(ceilingShare, fastest === 0 ? 0 : fastest / certificate.highestTokensPerS)
    return gateResult(isStrained || isUntrue ? 'fail' : 'pass', `${watched}; ${calibrationText(certificate)}`)
  },
})

const calibrationText = (calibration: NonNullable<RunRecord['certificate']>): string =>
  `calibration: TTFT error p99 ${calibration.ttftErrorMs.p99.toFixed(2)} ms (limit ${limitText(ttftError)}), gap error p50 ${calibration.gapErrorMs.p50.toFixed(3)} ms, highest rate ${Math.round(calibration.highestTokensPerS)} tokens/s`
