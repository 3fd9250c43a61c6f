import type { GpuRow } from '../../record/rows.ts'

type PowerField = 'powerW' | 'powerInstantW'

/**
 * Typical time between two changes of a reading, in ms: the lower quartile of the gaps. An update that repeats the value
 * doubles a gap, and nothing can halve one. Null with fewer than four changes.
 */
export function changeIntervalMs(rows: readonly GpuRow[], field: PowerField): number | null {
  const changes: number[] = []
  let last: number | null = null
  for (const row of rows) {
    const value = row[field]
    if (value === null) continue
    if (last !== null && value !== last) changes.push(row.timeMs)
    last = value
  }
  const gaps = changes
    .slice(1)
    .map((timeMs, index) => timeMs - (changes[index] as number))
    .toSorted((a, b) => a - b)
  return gaps.length < 3 ? null : (gaps[Math.floor(gaps.length / 4)] as number)
}

/** A smaller step cannot be distinguished from the ripple of idle and load. */
const CLEAR_STEP_W = 30

/**
 * Time from 10 % to 90 % of the rise that follows `stepMs`, in ms. A mean over W rises as a ramp of W, so this is 0.8 W.
 * Null when the step is under 30 W or the rise did not complete.
 */
export function riseMs(rows: readonly GpuRow[], stepMs: number): number | null {
  const read = rows.filter((row) => row.powerW !== null)
  const before = read.filter(({ timeMs }) => timeMs <= stepMs).map(({ powerW }) => powerW as number)
  const after = read.filter(({ timeMs }) => timeMs > stepMs)
  const settled = after.slice(Math.floor(after.length / 2)).map(({ powerW }) => powerW as number)
  if (before.length === 0 || settled.length === 0) return null
  const low = mean(before)
  const high = mean(settled)
  if (high - low < CLEAR_STEP_W) return null
  const reaches = (share: number) =>
    after.find(({ powerW }) => (powerW as number) >= low + share * (high - low))?.timeMs
  const from = reaches(0.1)
  const to = reaches(0.9)
  return from === undefined || to === undefined ? null : to - from
}

/** Trapezoid of the readings over a span, shifted by half a second like the energy of a run; null without coverage. */
export function trapezoidJ(rows: readonly GpuRow[], startMs: number, endMs: number): number | null {
  const points = rows.flatMap(({ timeMs, powerW }) => (powerW === null ? [] : [{ timeMs: timeMs - SHIFT_MS, powerW }]))
  let energyJ = 0
  let coveredMs = 0
  for (let index = 1; index < points.length; index += 1) {
    const from = points[index - 1] as { timeMs: number; powerW: number }
    const to = points[index] as { timeMs: number; powerW: number }
    const middle = (from.timeMs + to.timeMs) / 2
    if (middle < startMs || middle > endMs) continue
    energyJ += (((from.powerW + to.powerW) / 2) * (to.timeMs - from.timeMs)) / 1000
    coveredMs += to.timeMs - from.timeMs
  }
  // The end of the span is covered only by later samples: the covered part is scaled to the whole span.
  return coveredMs < 0.5 * (endMs - startMs) ? null : (energyJ * (endMs - startMs)) / coveredMs
}

/** Mean of a reading over a span in W; null where it has none. */
export function meanBetween(rows: readonly GpuRow[], field: PowerField, startMs: number, endMs: number): number | null {
  const values = rows.flatMap(({ timeMs, [field]: value }) =>
    value !== null && timeMs >= startMs && timeMs <= endMs ? [value] : [],
  )
  return values.length === 0 ? null : mean(values)
}

const SHIFT_MS = 500
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
