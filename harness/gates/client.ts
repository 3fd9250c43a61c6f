import { knownOf } from '../record/measured.ts'
import type { RunRecord } from '../record/schema/run.ts'
import type { TextTrial, Trial } from '../record/schema/trial.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { defineGate, everyKind, gateResult, notMeasured, sumOf } from './gate.ts'
import { failsAbove, isBeyond, limitText, percent } from './threshold.ts'
import { worstTtft } from './times.ts'

const eventLoopDelay = failsAbove({ what: 'event-loop delay of the client, p99', value: 5, unit: 'ms' })
const cpuShare = failsAbove({ what: 'CPU of the busiest client worker', value: 0.8, unit: 'share of a core' })
const lateShare = failsAbove({ what: 'requests due in the steady window and sent late', value: 0.001, unit: 'share' })
/** One pause of the machine delays a few requests: in a run of a few hundred, their share says little. */
const lateFloor = failsAbove({ what: 'smallest number of late requests that counts', value: 3, unit: 'requests' })
const dropped = failsAbove({ what: 'requests dropped because no connection was free', value: 0, unit: 'requests' })
const noSocket = failsAbove({ what: 'requests for which the client machine had no socket', value: 0, unit: 'requests' })
const ttftError = failsAbove({ what: 'TTFT error of the calibration, p99', value: 5, unit: 'ms' })
/** An error that is small relative to a TTFT of a second is large relative to one of 20 ms. */
const ttftErrorShare = failsAbove({ what: 'the same error', value: 0.1, unit: 'share of the measured median TTFT' })
const ttftErrorFloor = failsAbove({ what: 'smallest TTFT error that counts as a share', value: 1, unit: 'ms' })
const serverTtft = failsAbove({ what: "mean TTFT, as a multiple of the server's own", value: 2, unit: '' })
/** Time that a proxy and the network may add to a first token. */
const serverTtftFloor = failsAbove({ what: 'smallest addition to it that counts', value: 10, unit: 'ms' })
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
  thresholds: {
    eventLoopDelay,
    cpuShare,
    lateShare,
    lateFloor,
    dropped,
    noSocket,
    ttftError,
    ttftErrorShare,
    ttftErrorFloor,
    serverTtft,
    serverTtftFloor,
    ceilingShare,
  },
  statuses: ['pass', 'warn', 'fail', 'not-measured'],
  formula:
    "The highest value of all trials is compared with each threshold; a threshold that has a smallest value counts only beyond both. The calibration sends the arrivals of the run to an exact server on the same machine just before it; a run without it warns. If the server counts its own TTFT, the client's must not be a multiple of it.",
  evidence:
    "Event-loop delay, CPU share, late and dropped requests, those without a socket; a TTFT far above the server's own; from the calibration: TTFT error, gap error and highest rate.",
  usualCauses:
    'The load generator shares the processor with the server, with too few cores for both; other programs on the client machine; a laptop in power saving; a proxy or balancer in between that queues.',
  whatToDo:
    'Stop other work on the client machine, give the client more workers (`--workers`) or more connections (`maxInFlight`), or run it on another machine. Without a socket, raise its limit of open files (`ulimit -n`) or its range of ports. If only the TTFT of the server is far lower, look for a proxy or a queue in front of it. After a warning, run without `--skip-calibration`.',
  evaluate({ trials, certificate }) {
    const delays = trials.map((trial) => trial.client.eventLoopDelayP99Ms).filter((value) => value !== null)
    const shares = trials.map((trial) => trial.client.cpuShareOfCore).filter((value) => value !== null)
    if (delays.length === 0 || shares.length === 0) return notMeasured('the client did not measure itself')
    const delayMs = Math.max(...delays)
    const share = Math.max(...shares)
    const sends = sendsOf(trials)
    const lost = sumOf(trials, (trial) => trial.client.dropped)
    const socketless = sumOf(trials, (trial) => trial.client.noSocket ?? 0)
    const watched = `event-loop delay p99 ${delayMs.toFixed(1)} ms (limit ${limitText(eventLoopDelay)}), CPU ${percent(share)} of a core per worker (limit ${percent(cpuShare.value)}), ${sends.late} of ${sends.due} requests sent late, ${lost} dropped${socketless > 0 ? `, ${socketless} without a file handle or port of the client machine` : ''}`
    const texts = trialsOfKind(trials, 'text')
    const behind = ttftBehindServer(texts)
    const isStrained =
      isBeyond(eventLoopDelay, delayMs) ||
      isBeyond(cpuShare, share) ||
      (isBeyond(lateFloor, sends.late) && isBeyond(lateShare, sends.late / sends.due)) ||
      isBeyond(dropped, lost) ||
      isBeyond(noSocket, socketless)
    const seen = [watched, ...(behind === null ? [] : [behind])]
    const hasFailed = isStrained || behind !== null
    if (certificate === null) {
      const evidence = [...seen, 'the client was not calibrated against an exact server'].join('; ')
      return gateResult(hasFailed ? 'fail' : 'warn', evidence)
    }
    const fastest = Math.max(0, ...knownOf(texts.map((trial) => trial.outputTokensPerS)))
    const errorMs = certificate.ttftErrorMs.p99
    const ttftMs = shortestTtft(texts)
    const isUntrue =
      isBeyond(ttftError, errorMs) ||
      (ttftMs !== null && isBeyond(ttftErrorFloor, errorMs) && isBeyond(ttftErrorShare, errorMs / ttftMs)) ||
      isBeyond(ceilingShare, fastest === 0 ? 0 : fastest / certificate.highestTokensPerS)
    const evidence = [...seen, calibrationText(certificate, ttftMs)].join('; ')
    return gateResult(hasFailed || isUntrue ? 'fail' : 'pass', evidence)
  },
})

/** Requests that were due and that were sent late: in the window where the trial counts that, else in the whole trial. */
function sendsOf(trials: readonly Trial[]): { readonly due: number; readonly late: number } {
  const each = trials.map((trial) =>
    trial.kind === 'text' && trial.sendsInWindow !== undefined
      ? trial.sendsInWindow
      : { due: trial.requests, late: trial.client.lateSends },
  )
  return { due: sumOf(each, ({ due }) => due), late: sumOf(each, ({ late }) => late) }
}

/** A mean TTFT that is a multiple of the server's own, in words; null where none is. */
function ttftBehindServer(texts: readonly TextTrial[]): string | null {
  const worst = worstTtft(
    texts.flatMap(({ index, clientTokens: client, server }) => (client && server ? [{ index, client, server }] : [])),
  )
  if (worst === null) return null
  const { index, clientMs, serverMs } = worst
  if (!isBeyond(serverTtft, clientMs / serverMs) || !isBeyond(serverTtftFloor, clientMs - serverMs)) return null
  return `mean TTFT of trial ${index} is ${clientMs.toFixed(1)} ms here and ${serverMs.toFixed(1)} ms at the server (${(clientMs / serverMs).toFixed(1)} times, limit ${limitText(serverTtft)})`
}

/** The smallest median TTFT of the trials, against which an error is largest; null if none is known. */
function shortestTtft(texts: readonly TextTrial[]): number | null {
  const medians = knownOf(texts.map((trial) => trial.ttftMs.p50))
  return medians.length === 0 ? null : Math.min(...medians)
}

function calibrationText(calibration: NonNullable<RunRecord['certificate']>, ttftMs: number | null): string {
  const errorMs = calibration.ttftErrorMs.p99
  const ofTtft = ttftMs === null ? '' : `, ${percent(errorMs / ttftMs)} of the measured median`
  return `calibration: TTFT error p99 ${errorMs.toFixed(2)} ms (limit ${limitText(ttftError)}${ofTtft}), gap error p50 ${calibration.gapErrorMs.p50.toFixed(3)} ms, highest rate ${Math.round(calibration.highestTokensPerS)} tokens/s`
}
