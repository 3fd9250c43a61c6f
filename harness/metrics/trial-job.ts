import { energyOverWindow } from '../energy/window-energy.ts'
import type { Trial } from '../record/schema/trial.ts'
import { gapFigures } from './gaps.ts'
import { type TrialObservations, withoutWindow } from './trial.ts'
import type { SteadyWindow } from './window.ts'

/** Fields of a trial that are about tokens of a stream; images and training have none. */
const streamFields = [
  'promptTokens',
  'outputTokens',
  'outputTokensPerS',
  'decodeTokensPerS',
  'tokensPerJ',
  'joulesPerOutputToken',
] as const

/** How the units of a trial (requests, or lines of a command) ended. */
export interface Counts {
  readonly sent: number
  readonly ok: number
  readonly outcomes: Record<string, number>
}

/**
 * What a trial of images or training has in common with one of text: times, counts, energy and power over its window.
 * What is about streamed tokens is null with a reason.
 */
export function jobTrial(seen: TrialObservations, window: SteadyWindow, counts: Counts, kind: string): Trial {
  const reasons: Record<string, string> = {}
  const { startMs, endMs } = window
  const blank = withoutWindow(startMs === null ? window.reason : 'not yet known', reasons)
  if (startMs !== null) {
    for (const field of Object.keys(reasons)) delete reasons[field]
    for (const field of streamFields) reasons[field] = `a run of kind ${kind} streams no tokens`
  }
  const shared: Trial = {
    ...blank,
    index: seen.index,
    startMs: seen.startMs,
    sendUntilMs: seen.sendUntilMs,
    endMs: seen.endMs,
    windowStartMs: startMs,
    windowEndMs: endMs,
    requests: counts.sent,
    requestsOk: counts.ok,
    outcomes: counts.outcomes,
    errorRate: counts.sent > 0 ? (counts.sent - counts.ok) / counts.sent : null,
    wholeTrialOutputTokensPerS: null,
    chunkGapMs: gapFigures([]),
    client: seen.client,
    reasons,
  }
  if (counts.sent === 0) reasons['errorRate'] = 'nothing was sent'
  if (startMs === null) return shared
  const power = energyOverWindow(seen.gpuRows, seen.servingUuids, startMs, endMs)
  const { energyJ, energy, meanPowerW, p99PowerW, peakPowerW, peakMemoryMiB } = power
  const why = seen.gpuReason ?? power.reason ?? 'no energy'
  const figures = { energyJ, meanPowerW, p99PowerW, peakPowerW, peakMemoryMiB }
  for (const [field, value] of Object.entries(figures)) if (value === null) reasons[field] = why
  return { ...shared, ...figures, energy }
}

/** A share of energy a unit, or null with the trial's reason for having no energy. */
export function joulesEach(trial: Trial, field: string, count: number): number | null {
  if (trial.energyJ !== null && count > 0) return trial.energyJ / count
  trial.reasons[field] = trial.reasons['energyJ'] ?? 'none was done inside the window'
  return null
}
