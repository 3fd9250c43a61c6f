import type { GpuRow } from '../record/rows.ts'
import { inside, integrate, longestBridgeMs, powerSeries, type Span } from './power-series.ts'

/** Active idle: server up, weights loaded, no requests. Deep idle, without a process, is a lower state. */
export interface ActiveIdle {
  readonly powerW: number | null
  /** Why `powerW` is null; absent if it is not. */
  readonly reason?: string
  /** Performance states of the cards, such as `P8`, which idle power depends on. */
  readonly pstates: readonly string[]
}

/** Time after the last work until the card is idle. */
const IDLE_SETTLE_MS = 5000
/** Minimum time to average over. */
const IDLE_MEAN_MS = 10_000
const BUSY_PCT = 5
const COVERED = 0.95

/**
 * Mean power of active idle in W, summed over the serving GPUs, from samples between the end of the last work and the
 * start of the next: the first 5 s are excluded, at least 10 s must remain, and utilisation must stay idle.
 */
export function activeIdle(rows: readonly GpuRow[], servingUuids: readonly string[], quiet: Span): ActiveIdle {
  const span = { startMs: quiet.startMs + IDLE_SETTLE_MS, endMs: quiet.endMs }
  const lengthMs = span.endMs - span.startMs
  const seen = rows.filter(
    (row) => servingUuids.includes(row.uuid) && row.timeMs >= span.startMs && row.timeMs <= span.endMs,
  )
  const pstates = [...new Set(seen.map((row) => row.pstate).filter((state) => state !== null))].toSorted()
  const none = (reason: string): ActiveIdle => ({ powerW: null, reason, pstates })
  if (servingUuids.length === 0) return none('no serving GPU is known')
  if (lengthMs < IDLE_MEAN_MS)
    return none('less than 15 s without work; 5 s to settle and 10 s to measure are required')
  const busy = seen.find((row) => row.utilizationGpuPct !== null && row.utilizationGpuPct > BUSY_PCT)
  if (busy) return none(`${busy.uuid} was at ${busy.utilizationGpuPct} % utilisation: not idle`)
  let powerW = 0
  for (const uuid of servingUuids) {
    const points = powerSeries(rows, uuid, 'powerW', 0)
    const { energyJ, coveredMs } = integrate(points, span, longestBridgeMs(inside(points, span)))
    if (coveredMs < COVERED * lengthMs) return none(`power samples of ${uuid} cover too little of the idle span`)
    powerW += energyJ / (coveredMs / 1000)
  }
  return { powerW, pstates }
}

/** Energy above active idle in J: gross energy - idle power x window. Secondary; the headline energy is gross. */
export function netOfIdle(energyJ: number | null, idleW: number | null, windowMs: number): number | null {
  return energyJ === null || idleW === null ? null : energyJ - (idleW * windowMs) / 1000
}
