import { studentTQuantile } from '../../stats/student-t.ts'
import type { PowerPoint } from '../power-series.ts'
import { boxcarOf } from './boxcar.ts'

/** What a delay is estimated from. */
export interface DelayInputs {
  /** Readings of the server at the times at which they were read. */
  readonly readings: readonly PowerPoint[]
  /** Power of the cards at the times which it stands for. */
  readonly card: readonly PowerPoint[]
  /** When load began or ended: near each of these times the power steps. */
  readonly edgesMs: readonly number[]
  readonly intervalMs: number
}

/** The age of a reading, and how the server follows its cards. */
export interface Delay {
  /** From the middle of the time that a reading averages to the time at which it was read. */
  readonly delayMs: number
  /** Half width of the 95 % interval of the delay. */
  readonly halfWidthMs: number
  readonly averagingMs: number
  readonly wPerCardW: number
}

/** A server is some seconds behind its cards; a longer delay cannot be told from the next trial. */
const MAX_DELAY_MS = 20_000
const DELAY_STEP_MS = 100
/** Averaging windows that are tried. */
const AVERAGING_MS = [0, 1000, 2000, 4000, 8000, 16_000, 30_000]
/** A smaller step of the cards is lost among fans and disks. */
const MIN_SWING_W = 20
/** Share of the variance of the readings that the cards must explain. */
const MIN_EXPLAINED = 0.7
/** Readings further from every step say nothing about the delay. */
const NEAR_MS = 60_000

/**
 * The delay of a server's power reading against the power of its cards, by least squares: reading = a + b x mean power of the cards
 * over an averaging window that ended earlier. The delay is the age of the middle of that window, which includes the time that a
 * source holds its value. Its uncertainty is by the jackknife over the steps: each is left out once (Efron & Stein 1981), so that
 * readings that hang together, and a source that updates slowly, widen it. A reason instead where no step can be seen.
 */
export function estimateDelay({ readings, card, edgesMs, intervalMs }: DelayInputs): Delay | { reason: string } {
  const near = readings.flatMap((reading) => {
    const block = nearest(edgesMs, reading.timeMs)
    return Math.abs((edgesMs[block] ?? Number.POSITIVE_INFINITY) - reading.timeMs) <= NEAR_MS
      ? [{ ...reading, block }]
      : []
  })
  const blocks = new Set(near.map(({ block }) => block)).size
  const swingW = rangeOf(card)
  if (edgesMs.length < 2 || blocks < 2) return { reason: 'no load that began and ended while it was read' }
  if (swingW < MIN_SWING_W) return { reason: `the power of the cards changed by ${swingW.toFixed(0)} W only` }
  if (rangeOf(near) === 0) return { reason: 'the reading did not change' }
  const meanAt = boxcarOf(card)
  const tried = AVERAGING_MS.flatMap((averagingMs) => {
    const fits = delaysFor(averagingMs).map((delayMs) =>
      fitAt(near, edgesMs.length, (at) => meanAt(at - delayMs, averagingMs)),
    )
    return [{ averagingMs, fits, best: bestOf(fits.map(({ all }) => residualOf(all))) }]
  })
  const chosen = tried.reduce((a, b) => (leastOf(b) < leastOf(a) ? b : a))
  const { averagingMs, fits, best } = chosen
  const all = (fits[best] as Fit).all
  const explained = 1 - residualOf(all) / all.yy
  const slope = all.xy / all.xx
  if (!(explained >= MIN_EXPLAINED) || slope <= 0) {
    return {
      reason: `the reading does not follow the cards (they explain ${(100 * Math.max(0, explained || 0)).toFixed(0)} % of it)`,
    }
  }
  if (best === fits.length - 1) return { reason: `the reading is ${MAX_DELAY_MS / 1000} s behind the cards, or more` }
  const delays = delaysFor(averagingMs)
  const delayOf = (residuals: readonly number[]) => refined(delays, residuals)
  const delayMs = delayOf(fits.map((fit) => residualOf(fit.all)))
  const left = [...new Set(near.map(({ block }) => block))].map((block) =>
    delayOf(fits.map((fit) => residualOf(minus(fit.all, fit.blocks[block] as Sums)))),
  )
  return { delayMs, halfWidthMs: halfWidth(left, intervalMs), averagingMs, wPerCardW: slope }
}

/** An average cannot be younger than half of its window. */
const delaysFor = (averagingMs: number): number[] => {
  const first = Math.ceil(averagingMs / 2 / DELAY_STEP_MS)
  return Array.from({ length: MAX_DELAY_MS / DELAY_STEP_MS - first + 1 }, (_, index) => (first + index) * DELAY_STEP_MS)
}

/** 95 % half width: by the jackknife, and by the readings that show each step up to one interval late. */
function halfWidth(left: readonly number[], intervalMs: number): number {
  const k = left.length
  const mean = left.reduce((sum, value) => sum + value, 0) / k
  const squares = left.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const jackknife = studentTQuantile(0.975, k - 1) * Math.sqrt(((k - 1) / k) * squares)
  return Math.hypot(jackknife, (1.96 * intervalMs) / Math.sqrt(12 * k))
}

/** Sums of a straight line through points, about their means: with these one block can be taken out again. */
interface Sums {
  readonly n: number
  readonly x: number
  readonly y: number
  readonly xx: number
  readonly xy: number
  readonly yy: number
}

interface Fit {
  readonly all: Sums
  readonly blocks: readonly Sums[]
}

interface NearReading extends PowerPoint {
  readonly block: number
}

function fitAt(readings: readonly NearReading[], blockCount: number, at: (timeMs: number) => number): Fit {
  const grouped: { x: number; y: number }[][] = Array.from({ length: blockCount }, () => [])
  for (const { timeMs, powerW, block } of readings) grouped[block]?.push({ x: at(timeMs), y: powerW })
  const blocks = grouped.map(sumsOf)
  return { all: blocks.reduce(plus), blocks }
}

function sumsOf(points: readonly { readonly x: number; readonly y: number }[]): Sums {
  const n = points.length
  if (n === 0) return { n: 0, x: 0, y: 0, xx: 0, xy: 0, yy: 0 }
  const x = points.reduce((sum, point) => sum + point.x, 0) / n
  const y = points.reduce((sum, point) => sum + point.y, 0) / n
  let [xx, xy, yy] = [0, 0, 0]
  for (const point of points) {
    xx += (point.x - x) ** 2
    xy += (point.x - x) * (point.y - y)
    yy += (point.y - y) ** 2
  }
  return { n, x, y, xx, xy, yy }
}

/** Sums of two sets of points together (Chan et al. 1979). */
function plus(a: Sums, b: Sums): Sums {
  if (a.n === 0) return b
  if (b.n === 0) return a
  const n = a.n + b.n
  const [dx, dy, weight] = [b.x - a.x, b.y - a.y, (a.n * b.n) / n]
  return {
    n,
    x: (a.n * a.x + b.n * b.x) / n,
    y: (a.n * a.y + b.n * b.y) / n,
    xx: a.xx + b.xx + dx * dx * weight,
    xy: a.xy + b.xy + dx * dy * weight,
    yy: a.yy + b.yy + dy * dy * weight,
  }
}

/** Sums of the points of `all` that are not in `part`. */
function minus(all: Sums, part: Sums): Sums {
  if (part.n === 0 || part.n === all.n) return all
  const n = all.n - part.n
  const x = (all.n * all.x - part.n * part.x) / n
  const y = (all.n * all.y - part.n * part.y) / n
  const [dx, dy, weight] = [part.x - x, part.y - y, (part.n * n) / all.n]
  return {
    n,
    x,
    y,
    xx: all.xx - part.xx - dx * dx * weight,
    xy: all.xy - part.xy - dx * dy * weight,
    yy: all.yy - part.yy - dy * dy * weight,
  }
}

/** Sum of squares that a line does not explain; a line that falls explains nothing, because no server does. */
const residualOf = ({ xx, xy, yy }: Sums): number => (xx > 0 && xy > 0 ? yy - (xy * xy) / xx : yy)

const bestOf = (values: readonly number[]): number =>
  values.reduce((best, value, index) => (value < (values[best] as number) ? index : best), 0)

const leastOf = ({ fits, best }: { readonly fits: readonly Fit[]; readonly best: number }): number =>
  residualOf((fits[best] as Fit).all)

/** The delay of the least residual, by the parabola through it and its neighbours. */
function refined(delays: readonly number[], residuals: readonly number[]): number {
  const best = bestOf(residuals)
  const [before, at, after] = [residuals[best - 1], residuals[best] as number, residuals[best + 1]]
  const delayMs = delays[best] as number
  if (before === undefined || after === undefined) return delayMs
  const curve = before - 2 * at + after
  return curve > 0 ? delayMs + (DELAY_STEP_MS / 2) * ((before - after) / curve) : delayMs
}

/** Index of the edge nearest to a time; -1 without edges. */
function nearest(edgesMs: readonly number[], timeMs: number): number {
  let best = -1
  for (const [index, edgeMs] of edgesMs.entries()) {
    if (best < 0 || Math.abs(edgeMs - timeMs) < Math.abs((edgesMs[best] as number) - timeMs)) best = index
  }
  return best
}

function rangeOf(points: readonly PowerPoint[]): number {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { powerW } of points) {
    min = Math.min(min, powerW)
    max = Math.max(max, powerW)
  }
  return points.length === 0 ? 0 : max - min
}
