import type { GpuTelemetry } from '../../record/schema/telemetry.ts'
import type { Trial } from '../../record/schema/trial.ts'
import type { Span } from '../power-series.ts'

/** Time after load until fans and cards are down again enough to count as idle. */
const PERIOD_SETTLE_MS = 5000
const PADDING_SETTLE_MS = 1200

/** Spans without load. Each is shortened on both sides by `marginMs`: a reading there would reach into load. */
export function idleSpans(
  trials: readonly Pick<Trial, 'startMs' | 'endMs'>[],
  idle: GpuTelemetry['idle'] | null,
  marginMs: number,
): { period: Span[]; padding: Span[] } {
  const within = (startMs: number, endMs: number): Span[] =>
    endMs - startMs > 2 * marginMs ? [{ startMs: startMs + marginMs, endMs: endMs - marginMs }] : []
  const period =
    idle === null || idle.startMs === null || idle.endMs === null
      ? []
      : within(idle.startMs + PERIOD_SETTLE_MS, idle.endMs)
  const padding = trials.slice(1).flatMap((trial, index) => {
    const before = trials[index] as Pick<Trial, 'endMs'>
    return within(before.endMs + PADDING_SETTLE_MS, trial.startMs)
  })
  return { period, padding }
}
