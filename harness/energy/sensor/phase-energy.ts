import type { GpuRow } from '../../record/rows.ts'
import { disagreement } from '../counter.ts'
import { inside, integrate, longestBridgeMs, powerSeries, type Span } from '../power-series.ts'

/** What the board's counter had counted at a time, in mJ. */
export interface CounterReading {
  readonly timeMs: number
  readonly energyMj: number
}

/** A stretch of one load. The counter was read at its two edges; null where it was not. */
export interface LoadPhase {
  readonly span: Span
  readonly before: CounterReading | null
  readonly after: CounterReading | null
}

/** The energy of a phase by both sources, in J; null with a reason where one is missing. */
export interface PhaseEnergy {
  readonly seconds: number
  readonly meanPowerW: number | null
  /** Highest reading of `power.draw`, in W. */
  readonly maxPowerW: number | null
  readonly trapezoidJ: number | null
  readonly counterJ: number | null
  /** Trapezoid / counter - 1. */
  readonly differenceShare: number | null
  /** Why `differenceShare` is null; absent if it is not. */
  readonly reason?: string
}

/** Less of a phase than this under readings is no energy. */
const LEAST_COVERAGE = 0.95

/**
 * Energy of one card over a phase by the trapezoid over `power.draw`, each reading moved back by `shiftMs`, and by the counter.
 * Both are taken between the two readings of the counter where there are any, so that nothing is interpolated.
 */
export function phaseEnergy(rows: readonly GpuRow[], uuid: string, phase: LoadPhase, shiftMs: number): PhaseEnergy {
  const { before, after } = phase
  const span = before !== null && after !== null ? { startMs: before.timeMs, endMs: after.timeMs } : phase.span
  const points = powerSeries(rows, uuid, 'powerW', shiftMs)
  const lengthMs = span.endMs - span.startMs
  const { energyJ, coveredMs } = integrate(points, span, longestBridgeMs(points))
  const isCovered = lengthMs > 0 && coveredMs >= LEAST_COVERAGE * lengthMs
  const trapezoidJ = isCovered ? (energyJ * lengthMs) / coveredMs : null
  const readings = inside(points, span).map(({ powerW }) => powerW)
  const increaseJ = before !== null && after !== null ? (after.energyMj - before.energyMj) / 1000 : null
  const counterJ = increaseJ !== null && increaseJ > 0 ? increaseJ : null
  const differenceShare = disagreement(trapezoidJ, counterJ)
  return {
    seconds: lengthMs / 1000,
    meanPowerW: trapezoidJ === null ? null : trapezoidJ / (lengthMs / 1000),
    maxPowerW: readings.length === 0 ? null : Math.max(...readings),
    trapezoidJ,
    counterJ,
    differenceShare,
    ...(differenceShare === null ? { reason: whyNot(trapezoidJ, increaseJ) } : {}),
  }
}

function whyNot(trapezoidJ: number | null, increaseJ: number | null): string {
  if (trapezoidJ === null) return 'the samples of power do not cover the phase'
  if (increaseJ === null) return 'the counter was not read'
  return increaseJ === 0 ? 'the counter did not change' : 'the counter decreased: the driver was reloaded'
}
