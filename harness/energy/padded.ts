import type { GpuRow } from '../record/rows.ts'
import { inside, integrate, longestBridgeMs, type PowerPoint, powerSeries, type Span } from './power-series.ts'

export interface PaddedEnergy {
  readonly energyJ: number | null
  /** Why `energyJ` is null; absent if it is not. */
  readonly reason?: string
  /** Mean power of the idle padding before and after, summed over the GPUs; null with `energyJ`. */
  readonly beforeW: number | null
  readonly afterW: number | null
}

/** Minimum idle padding on each side: the sensor's averaging window, its delay, and time for a mean. */
const PAD_MS = 3000
/** Time after the load in which the sensor's mean still includes load (1 s window, one update). */
const SETTLE_MS = 1200
/** Maximum range of power within a pad: idle power varies by a few watts. */
const QUIET_RANGE_W = 15
const QUIET_SHARE = 0.1
const COVERED = 0.95

/**
 * Energy of a load with idle padding on both sides: the integral over the load and its pads - the pads at their own idle
 * power (E = integral over [a-L, b+L] - L P_before - L P_after). The sensor's averaging spreads edges only
 * within the pads, so neither its window nor its delay matters. It cross-checks the trapezoid: it is valid for a whole
 * trial from first request to last, not for a steady window inside it. Null with a reason if a pad is not covered by
 * samples or not idle.
 */
export function paddedEnergy(rows: readonly GpuRow[], servingUuids: readonly string[], load: Span): PaddedEnergy {
  if (servingUuids.length === 0) return none('no serving GPU is known')
  let energyJ = 0
  let beforeW = 0
  let afterW = 0
  for (const uuid of servingUuids) {
    // Unshifted: readings trail the load, and the pads are chosen accordingly.
    const points = powerSeries(rows, uuid, 'powerW', 0)
    const whole = { startMs: load.startMs - PAD_MS, endMs: load.endMs + PAD_MS }
    const bridgeMs = longestBridgeMs(inside(points, whole))
    const before = quietMean(points, { startMs: whole.startMs, endMs: load.startMs }, bridgeMs)
    const after = quietMean(points, { startMs: load.endMs + SETTLE_MS, endMs: whole.endMs }, bridgeMs)
    if (typeof before === 'string') return none(`${uuid}: before the load, ${before}`)
    if (typeof after === 'string') return none(`${uuid}: after the load, ${after}`)
    const { energyJ: withPadsJ, coveredMs } = integrate(points, whole, bridgeMs)
    const share = coveredMs / (whole.endMs - whole.startMs)
    if (share < COVERED) return none(`${uuid}: samples cover ${(share * 100).toFixed(1)} % of load and pads`)
    energyJ += withPadsJ / share - (PAD_MS / 1000) * (before + after)
    beforeW += before
    afterW += after
  }
  return { energyJ, beforeW, afterW }
}

const none = (reason: string): PaddedEnergy => ({ energyJ: null, reason, beforeW: null, afterW: null })

/** Mean power of a pad in W, or why there is none. */
function quietMean(points: readonly PowerPoint[], span: Span, bridgeMs: number): number | string {
  const { energyJ, coveredMs } = integrate(points, span, bridgeMs)
  const lengthMs = span.endMs - span.startMs
  if (coveredMs < COVERED * lengthMs) return `${(lengthMs / 1000).toFixed(1)} s of samples are required`
  const powers = inside(points, span).map(({ powerW }) => powerW)
  const meanW = energyJ / (coveredMs / 1000)
  const range = Math.max(...powers) - Math.min(...powers)
  if (range > Math.max(QUIET_RANGE_W, QUIET_SHARE * meanW))
    return `power varied by ${range.toFixed(0)} W, so the card was not idle`
  return meanW
}
