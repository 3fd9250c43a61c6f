import type { StepRow } from '../record/rows.ts'
import type { TrainingFigures, Trial } from '../record/schema/trial.ts'
import type { TrialObservations } from './trial.ts'
import { jobTrial, joulesEach } from './trial-job.ts'
import type { SteadyWindow } from './window.ts'

/** The first fifth of the lines is the warm-up: compilation, allocator, clocks. */
const WARM_UP_SHARE = 0.2
/** Under this many lines, 80 % of them are too few to say anything. */
const FEWEST_LINES = 10

/**
 * Figures of a trial of training (metrics section 3): steps/s = steps / time over the last 80 % of the lines, by when
 * they reached us; energy over the same span. A loss that is not finite means that what was timed was not training:
 * the rates are null and say so.
 */
export function trainingTrial(seen: TrialObservations): Trial {
  const lines = seen.steps ?? []
  const warm = Math.ceil(lines.length * WARM_UP_SHARE)
  const window = windowOf(lines, warm)
  const lost = lines.filter((line) => line.loss === null)
  const ok = lines.length - lost.length
  const outcomes: Record<string, number> = {}
  if (ok > 0) outcomes['ok'] = ok
  if (lost.length > 0) outcomes['loss-not-finite'] = lost.length
  const trial = jobTrial(seen, window, { sent: lines.length, ok, outcomes }, 'training')
  trial.reasons['goodputRequestsPerS'] ??= 'training has no requests'
  trial.reasons['joulesPerRequest'] ??= 'training has no requests'
  const why = window.startMs === null ? window.reason : lost[0] ? `no finite loss at step ${lost[0].step}` : null
  const last = lines.at(-1)
  const losses = { firstLoss: lines[0]?.loss ?? null, finalLoss: last?.loss ?? null }
  for (const [field, loss] of Object.entries(losses)) {
    if (loss === null) trial.reasons[field] = why ?? 'the command printed no finite loss'
  }
  if (window.startMs === null || why !== null) return { ...trial, training: withoutFigures(trial, losses, why) }
  const seconds = (window.endMs - window.startMs) / 1000
  const steps = (last as StepRow).step - (lines[warm - 1] as StepRow).step
  const tokens = tokensOf(lines.slice(warm))
  if (tokens === null) trial.reasons['trainedTokensPerS'] = 'the command does not print the tokens of each step'
  return {
    ...trial,
    training: {
      ...losses,
      steps,
      stepsPerS: steps / seconds,
      trainedTokensPerS: tokens === null ? null : tokens / seconds,
      joulesPerStep: joulesEach(trial, 'joulesPerStep', steps),
    },
  }
}

function windowOf(lines: readonly StepRow[], warm: number): SteadyWindow {
  const none = (reason: string): SteadyWindow => ({ startMs: null, endMs: null, reason })
  if (lines.length < FEWEST_LINES) return none(`${lines.length} lines of steps; ${FEWEST_LINES} are needed`)
  const from = lines[warm - 1] as StepRow
  const to = lines.at(-1) as StepRow
  if (to.step <= from.step || to.timeMs <= from.timeMs) return none('the numbers of the steps do not rise')
  return { startMs: from.timeMs, endMs: to.timeMs }
}

function tokensOf(lines: readonly StepRow[]): number | null {
  let sum = 0
  for (const { tokens } of lines) {
    if (tokens === null) return null
    sum += tokens
  }
  return sum
}

function withoutFigures(
  trial: Trial,
  losses: Pick<TrainingFigures, 'firstLoss' | 'finalLoss'>,
  why: string | null,
): TrainingFigures {
  const none = { steps: null, stepsPerS: null, trainedTokensPerS: null, joulesPerStep: null }
  for (const field of Object.keys(none)) trial.reasons[field] = why ?? 'no steady window'
  return { ...losses, ...none }
}
