import { type LinearFit, leastSquares } from '../../stats/least-squares.ts'
import { studentTCdf, studentTQuantile } from '../../stats/student-t.ts'
import { counted } from '../../units.ts'
import type { WithInterval } from '../verdict.ts'
import type { HistoryPoint, HistoryStep, SeriesHistory, SettingChange } from './history-values.ts'

/** Points on either side of a step: fewer may be one bad run. */
const FEWEST_AROUND = 3
/** Points and days from which a trend is more than the season of one week. */
const [FEWEST_FOR_TREND, DAYS_FOR_TREND] = [8, 60]
const DAYS_PER_YEAR = 365.25
/** Smaller steps are not named, whatever their significance. */
export const SMALLEST_STEP = 0.01
/** Quantile of chi-square with one degree at 95 %: how much worse the likelihood of another place may be. */
const LIKELY_PLACE = 3.84

/** How a series is judged. */
export interface HistoryOptions {
  /** Chance of any false step in this series; of many series, a share of 5 %. */
  readonly level: number
  /** Default 1 %. */
  readonly smallestStep?: number
}

/**
 * Steps and trend of one card over time. Model of the logarithm: level + trend + steps + noise, the noise independent between
 * starts. Steps are added one at a time at the place that explains most, while its t test is significant after Bonferroni's
 * adjustment for all places (binary segmentation: Scott and Knott 1974, Biometrics 30; the largest of all t values: Andrews
 * 1993, Econometrica 61; several breaks: Bai and Perron 1998, Econometrica 66). The trend is in every model, so that slow
 * ageing is not taken for a step, nor a step for ageing. A step is put where a setting changed, unless another
 * place explains it better by more than its 95 % likelihood interval.
 */
export function seriesHistory(points: readonly HistoryPoint[], options: HistoryOptions): SeriesHistory {
  const sorted = points.toSorted((a, b) => a.atDays - b.atDays)
  if (sorted.length < 2 * FEWEST_AROUND)
    return { steps: [], trend: null, reason: `${counted(sorted.length, 'start')}; ${2 * FEWEST_AROUND} are needed` }
  const series = { points: sorted, logs: sorted.map(({ value }) => Math.log(value)), hasTrend: hasTrend(sorted) }
  const found: { index: number; p: number }[] = []
  for (;;) {
    const next = nextStep(
      series,
      found.map(({ index }) => index),
      options.level,
    )
    if (next === null) break
    found.push(next)
  }
  const places = found.toSorted((a, b) => a.index - b.index)
  // a setting that changed the level by too little to be shown would be taken for ageing
  const changed = [...settingPlaces(sorted)].filter((index) =>
    places.every((place) => Math.abs(place.index - index) >= 2),
  )
  const all = [...places.map(({ index }) => index), ...changed]
  const fit =
    fitted(series, all) ??
    fitted(
      series,
      places.map(({ index }) => index),
    )
  if (fit === null) return { steps: [], trend: null, reason: 'no spread between the starts' }
  const first = 1 + Number(series.hasTrend)
  const steps = places
    .map(
      ({ index, p }, at): HistoryStep => ({
        ...{ index, p, atDays: sorted[index]!.atDays, change: shareOf(fit, first + at) },
        settings: settingChanges(sorted, index),
      }),
    )
    .filter(({ change }) => Math.abs(change.value) >= (options.smallestStep ?? SMALLEST_STEP))
  if (!series.hasTrend) return { steps, trend: null, reason: whyNoTrend(sorted) }
  return { steps, trend: { perYear: shareOf(fit, 1), p: pOf(fit, 1) }, reason: null }
}

interface Series {
  readonly points: readonly HistoryPoint[]
  readonly logs: readonly number[]
  readonly hasTrend: boolean
}

const spanDays = (points: readonly HistoryPoint[]): number => points.at(-1)!.atDays - points[0]!.atDays

const hasTrend = (points: readonly HistoryPoint[]): boolean =>
  points.length >= FEWEST_FOR_TREND && spanDays(points) >= DAYS_FOR_TREND

const whyNoTrend = (points: readonly HistoryPoint[]): string =>
  points.length < FEWEST_FOR_TREND
    ? `${counted(points.length, 'start')}; a trend needs ${FEWEST_FOR_TREND}`
    : `${Math.round(spanDays(points))} days; a trend needs ${DAYS_FOR_TREND}`

/** Level, trend in years around the middle of the time, and each step. */
function fitted({ points, logs, hasTrend: withTrend }: Series, steps: readonly number[]): LinearFit | null {
  const middle = (points[0]!.atDays + points.at(-1)!.atDays) / 2
  const rows = points.map(({ atDays }, at) => [
    1,
    ...(withTrend ? [(atDays - middle) / DAYS_PER_YEAR] : []),
    ...steps.map((step) => Number(at >= step)),
  ])
  return leastSquares(rows, logs)
}

/**
 * The place of one more step, where one is significant: half of the level is for the places where a setting changed, which are
 * few and asked first, half for all others.
 */
function nextStep(series: Series, steps: readonly number[], level: number): { index: number; p: number } | null {
  const places = placesFor(series.points.length, steps)
  const fits = places.flatMap((index) => {
    const fit = fitted(series, [...steps, index])
    return fit === null ? [] : [{ index, fit, isNamed: settingChanges(series.points, index).length > 0 }]
  })
  const best = (some: typeof fits) => {
    const [first] = some.toSorted((a, b) => a.fit.residual - b.fit.residual)
    if (first === undefined) return null
    return { ...first, p: Math.min(1, 2 * some.length * pOf(first.fit, first.fit.coefficients.length - 1)) }
  }
  const [named, other] = [true, false].map((isNamed) => best(fits.filter((each) => each.isNamed === isNamed)))
  if (named && named.p <= level && !(other && isLess(series, other.fit, named.fit)))
    return { index: named.index, p: named.p }
  return other && other.p <= level ? { index: other.index, p: other.p } : null
}

/** Whether a place explains so much more that the other is outside of its 95 % likelihood interval. */
const isLess = ({ points }: Series, one: LinearFit, other: LinearFit): boolean =>
  one.residual > 0 && points.length * Math.log(other.residual / one.residual) > LIKELY_PLACE

/** Where one more step leaves enough points on either side. */
function placesFor(n: number, steps: readonly number[]): number[] {
  const edges = [0, ...steps, n].toSorted((a, b) => a - b)
  return Array.from({ length: n }, (_, at) => at).filter((at) => {
    const left = edges.findLast((edge) => edge <= at)!
    const right = edges.find((edge) => edge > at)!
    return at - left >= FEWEST_AROUND && right - at >= FEWEST_AROUND
  })
}

/** p of a coefficient of 0, two-sided. */
function pOf({ coefficients, errors, degrees }: LinearFit, at: number): number {
  const [value, error] = [Math.abs(coefficients[at]!), errors[at]!]
  if (error === 0) return value === 0 ? 1 : 0
  return 2 * (1 - studentTCdf(value / error, degrees))
}

/** A coefficient on the scale of logarithms as a share, with its 95 % interval. */
function shareOf({ coefficients, errors, degrees }: LinearFit, at: number): WithInterval {
  const value = coefficients[at]!
  const half = studentTQuantile(0.975, degrees) * errors[at]!
  return { value: Math.expm1(value), ci95: [Math.expm1(value - half), Math.expm1(value + half)] }
}

/** The settings that are others at a point than at the one before; what either does not know did not change. */
export function settingChanges(points: readonly HistoryPoint[], index: number): SettingChange[] {
  const [old, now] = [points[index - 1]?.settings ?? {}, points[index]!.settings]
  return Object.entries(now).flatMap(([setting, after]) => {
    const before = old[setting] ?? null
    return before === null || after === null || before === after ? [] : [{ setting, before, after }]
  })
}

/** The places where a setting changed, with at least two points on either side before the next. */
function settingPlaces(points: readonly HistoryPoint[]): number[] {
  const all = points.flatMap((_, at) => (at > 0 && settingChanges(points, at).length > 0 ? [at] : []))
  const edges = [0, ...all, points.length]
  return all.filter((place, at) => place - edges[at]! >= 2 && edges[at + 2]! - place >= 2)
}

/**
 * What each change of a setting did to one card: the steps of its level at every place where a setting changed, and its trend,
 * on the scale of logarithms. Places with fewer than two points before the next are left out.
 */
export function settingEffects(points: readonly HistoryPoint[]): {
  readonly steps: readonly { readonly index: number; readonly change: number }[]
  readonly perYear: number | null
} {
  const sorted = points.toSorted((a, b) => a.atDays - b.atDays)
  const places = settingPlaces(sorted)
  const series = { points: sorted, logs: sorted.map(({ value }) => Math.log(value)) }
  const withTrend = hasTrend(sorted) ? fitted({ ...series, hasTrend: true }, places) : null
  const fit = withTrend ?? fitted({ ...series, hasTrend: false }, places)
  const first = withTrend === null ? 1 : 2
  return {
    steps: fit === null ? [] : places.map((index, at) => ({ index, change: fit.coefficients[first + at]! })),
    perYear: withTrend?.coefficients[1] ?? null,
  }
}
