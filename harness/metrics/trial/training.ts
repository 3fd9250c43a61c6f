import { isKnown, type Measured, measured, missing, quotient } from '../../record/measured.ts'
import type { StepRow } from '../../record/rows.ts'
import type { TrainingTrial, TrainingValues } from '../../record/schema/trial.ts'
import { counted } from '../../units.ts'
import { noWindow, sharedTrial, type TrialObservations } from './shared.ts'
import type { SteadyWindow } from './window.ts'

/** The first fifth of the lines is the warm-up: compilation, allocator, clocks. */
const WARM_UP_SHARE = 0.2
/** Minimum number of lines for a rate over the last 80 % of them. */
const MIN_LINES = 10

/**
 * Every value of a trial of training (docs/metrics.md#one-trial): steps/s = steps / time over the last 80 % of the lines, by
 * their arrival; energy over the same span. A loss that is not finite means that the command did not train: the rates are
 * missing with that reason.
 */
export function trainingTrial(observed: TrialObservations): TrainingTrial {
  const lines = observed.steps ?? []
  const warm = Math.ceil(lines.length * WARM_UP_SHARE)
  const window = windowOf(lines, warm)
  const lost = lines.filter((line) => line.loss === null)
  const ok = lines.length - lost.length
  const outcomes: Record<string, number> = {}
  if (ok > 0) outcomes['ok'] = ok
  if (lost.length > 0) outcomes['loss-not-finite'] = lost.length
  const shared = sharedTrial(observed, window, { sent: lines.length, ok, outcomes })
  const why = window.startMs === null ? noWindow(window) : lost[0] ? `no finite loss at step ${lost[0].step}` : null
  const training = why === null ? ratesOf(lines, warm, window, shared.energyJ) : withoutRates(why)
  return { kind: 'training', ...shared, training: { ...lossesOf(lines, why), ...training } }
}

type Losses = Pick<TrainingValues, 'firstLoss' | 'finalLoss'>

function lossesOf(lines: readonly StepRow[], why: string | null): Losses {
  const reason = why ?? 'the command printed no finite loss'
  return {
    firstLoss: measured(lines[0]?.loss ?? null, reason),
    finalLoss: measured(lines.at(-1)?.loss ?? null, reason),
  }
}

function ratesOf(
  lines: readonly StepRow[],
  warm: number,
  window: SteadyWindow,
  energyJ: Measured,
): Omit<TrainingValues, keyof Losses> {
  if (window.startMs === null) return withoutRates(noWindow(window))
  const seconds = (window.endMs - window.startMs) / 1000
  const steps = lines.at(-1)!.step - lines[warm - 1]!.step
  const tokens = tokensOf(lines.slice(warm))
  return {
    steps,
    stepsPerS: steps / seconds,
    trainedTokensPerS: isKnown(tokens) ? tokens / seconds : tokens,
    joulesPerStep: quotient(energyJ, steps, 'no step was done inside the window'),
  }
}

function withoutRates(why: string): Omit<TrainingValues, keyof Losses> {
  const none = missing(why)
  return { steps: none, stepsPerS: none, trainedTokensPerS: none, joulesPerStep: none }
}

function windowOf(lines: readonly StepRow[], warm: number): SteadyWindow {
  const none = (reason: string): SteadyWindow => ({ startMs: null, endMs: null, reason })
  if (lines.length < MIN_LINES)
    return none(`${counted(lines.length, 'line')} of steps; at least ${MIN_LINES} are required`)
  const from = lines[warm - 1] as StepRow
  const to = lines.at(-1) as StepRow
  if (to.step <= from.step || to.timeMs <= from.timeMs) return none('the numbers of the steps do not rise')
  return { startMs: from.timeMs, endMs: to.timeMs }
}

function tokensOf(lines: readonly StepRow[]): Measured {
  let sum = 0
  for (const { tokens } of lines) {
    if (tokens === null) return missing('the command does not print the tokens of each step')
    sum += tokens
  }
  return sum
}
