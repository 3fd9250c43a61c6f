import { isKnown } from '../../record/measured.ts'
import type { RunRecord } from '../../record/schema/run.ts'
import type { Trial } from '../../record/schema/trial.ts'
import { counted } from '../../units.ts'
import { defineGate, everyKind, type GateResult, gateResult, notMeasured } from '../gate.ts'
import { isBeyond } from '../threshold.ts'
import { notWatched } from './watched.ts'

/** Steps this close to a window also distort it: the sensor's mean and the settling of the offset take up to a second. */
const stepDistance = {
  what: 'distance of a step of the wall clock from the window',
  value: 1000,
  unit: 'ms',
  side: 'above',
  beyond: 'ignored',
} as const

/**
 * Power samples carry wall-clock times: a step of that clock shifts them against the requests. Requests and samples of a
 * machine or process that did not run are late, whatever the server did.
 */
export const clock = defineGate({
  question: 'Did the clocks, and this machine, run evenly through the steady windows?',
  kinds: everyKind,
  required: false,
  thresholds: { stepDistance },
  statuses: ['pass', 'fail', 'not-measured'],
  formula:
    'nvidia-smi stamps its samples with the wall clock, so a step of that clock shifts power against load. A step in a window, or near its edges, fails; so does a machine that was suspended there, or a joulemark that was stopped.',
  evidence: 'What happened, for how long and in which trial, or the number of steps outside the windows.',
  usualCauses:
    'A clock that was far off and was stepped by NTP; a machine that was suspended; a virtual machine that was moved; a process that was stopped with Ctrl-Z.',
  whatToDo:
    'Configure chrony or ntpd to slew the clock instead of stepping it, wait until it is synchronised, and run again. Keep the machine awake, such as with systemd-inhibit, and do not stop the process.',
  evaluate: (record) =>
    interruptedWindow(record) ??
    (record.telemetry
      ? checkSteps(
          record.telemetry.sampler?.events.filter((event) => event.kind === 'clock-step') ?? null,
          record.trials,
        )
      : notWatched(record)),
})

/** Fails if the machine was suspended, this process was stopped, or the wall clock stepped in a window; null otherwise. */
function interruptedWindow({
  interruptions = [],
  trials,
}: Pick<RunRecord, 'interruptions' | 'trials'>): GateResult<'fail'> | null {
  for (const { index, windowStartMs, windowEndMs } of trials) {
    if (!isKnown(windowStartMs) || !isKnown(windowEndMs)) continue
    const hit = interruptions.find(({ kind, atMs, byMs }) => {
      // the clock of the run stands still in a suspension, and goes on while this process is stopped
      const fromMs = kind === 'stopped' ? atMs - byMs : atMs
      return !isBeyond(stepDistance, Math.max(windowStartMs - atMs, fromMs - windowEndMs, 0))
    })
    if (hit) return gateResult('fail', `${hit.message}, in the window of trial ${index}`)
  }
  return null
}

/** Fails if the wall clock stepped in a window. `steps` is null if the clock was not monitored. */
export function checkSteps(
  steps: readonly { readonly atMs: number; readonly stepMs: number }[] | null,
  windows: readonly Pick<Trial, 'index' | 'windowStartMs' | 'windowEndMs'>[],
): GateResult<'pass' | 'fail' | 'not-measured'> {
  if (steps === null) return notMeasured('the clock was not monitored')
  for (const { index, windowStartMs, windowEndMs } of windows) {
    if (!isKnown(windowStartMs) || !isKnown(windowEndMs)) continue
    const hit = steps.find(({ atMs }) => !isBeyond(stepDistance, Math.max(windowStartMs - atMs, atMs - windowEndMs, 0)))
    if (hit)
      return gateResult(
        'fail',
        `the wall clock stepped by ${Math.round(hit.stepMs)} ms in the window of trial ${index}`,
      )
  }
  return gateResult(
    'pass',
    steps.length === 0
      ? 'no step of the wall clock'
      : `${counted(steps.length, 'step')} of the wall clock, none in a window`,
  )
}
