import type { Point } from './chart-types.ts'

/** One reading at a time, in seconds. */
export interface Reading {
  readonly atS: number
  readonly value: number
}

/**
 * Readings as the mean of each of `count` equal slices of time from 0. A slice without a reading has no point; the line
 * breaks between points that are more than `gapS` apart.
 */
export function meanSlices(readings: readonly Reading[], endS: number, count: number, gapS: number): Point[] {
  const widthS = endS / count
  if (!(widthS > 0)) return []
  const sums = new Float64Array(count)
  const counts = new Uint32Array(count)
  for (const { atS, value } of readings) {
    const slice = Math.min(count - 1, Math.floor(atS / widthS))
    if (slice < 0) continue
    sums[slice]! += value
    counts[slice]! += 1
  }
  const points: Point[] = []
  let lastS: number | null = null
  for (let slice = 0; slice < count; slice += 1) {
    if (counts[slice] === 0) continue
    const atS = (slice + 0.5) * widthS
    if (lastS !== null && atS - lastS > Math.max(gapS, 1.5 * widthS)) points.push([rounded((lastS + atS) / 2), null])
    points.push([rounded(atS), rounded(sums[slice]! / counts[slice]!)])
    lastS = atS
  }
  return points
}

/** Arrivals per second in each of `count` equal slices; slices outside `spans` are unknown, not zero. */
export function rateSlices(
  readings: readonly Reading[],
  endS: number,
  count: number,
  spans: readonly { readonly fromS: number; readonly toS: number }[],
): Point[] {
  const widthS = endS / count
  if (!(widthS > 0)) return []
  const sums = new Float64Array(count)
  for (const { atS, value } of readings) {
    const slice = Math.floor(atS / widthS)
    if (slice >= 0 && slice < count) sums[slice]! += value
  }
  return Array.from({ length: count }, (_, slice): Point => {
    const [fromS, toS] = [slice * widthS, (slice + 1) * widthS]
    const known = spans.some((span) => span.toS > fromS && span.fromS < toS)
    return [rounded((slice + 0.5) * widthS), known ? rounded(sums[slice]! / widthS) : null]
  })
}

/** Four significant digits: finer than a chart can show, and a third of the bytes. */
export const rounded = (value: number): number => Number(value.toPrecision(4))
