import { isKnown } from '../../record/measured.ts'
import type { Trial } from '../../record/schema/trial.ts'
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

/** Power samples carry wall-clock times: a step of that clock shifts them against the requests. */
export const clock = defineGate({
  question: 'Did the wall clock run evenly through the steady windows?',
  kinds: everyKind,
  required: false,
  thresholds: { stepDistance },
  statuses: ['pass', 'fail', 'not-measured'],
  formula:
    'nvidia-smi stamps its samples with the wall clock, so a step of that clock shifts power against load. A step in a window, or near its edges, fails.',
  evidence: 'Size of the step and its trial, or the number of steps outside the windows.',
  whatToDo:
    'Configure chrony or ntpd to slew the clock instead of stepping it, wait until it is synchronised, and run again.',
  evaluate: (record) =>
    record.telemetry
      ? checkSteps(
          record.telemetry.sampler?.events.filter((event) => event.kind === 'clock-step') ?? null,
          record.trials,
        )
      : notWatched(record),
})

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
    steps.length === 0 ? 'no step of the wall clock' : `${steps.length} steps of the wall clock, none in a window`,
  )
}
