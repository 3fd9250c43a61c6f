import { median } from 'simple-statistics'

/** The level of a sample, and its spread as a standard deviation; neither moves far with one wrong value among several. */
export interface RobustLevel {
  readonly median: number
  /** Null for fewer than two values. */
  readonly deviation: number | null
}

/** The median absolute deviation of normal data is 0.6745 standard deviations. */
const NORMAL = 1.4826
/** Corrections of the small-sample bias of 1.4826 · MAD, for 2 to 9 values (Croux and Rousseeuw 1992, COMPSTAT, table 1). */
const SMALL_SAMPLE = [1.196, 1.495, 1.363, 1.206, 1.2, 1.14, 1.129, 1.107] as const

const smallSampleFactor = (n: number): number => SMALL_SAMPLE[n - 2] ?? n / (n - 0.8)

/** Median and 1.4826 · factor(n) · median(|x - median|). Throws on an empty sample. */
export function robustLevel(values: readonly number[]): RobustLevel {
  const centre = median([...values])
  if (values.length < 2) return { median: centre, deviation: null }
  const mad = median(values.map((value) => Math.abs(value - centre)))
  return { median: centre, deviation: NORMAL * smallSampleFactor(values.length) * mad }
}
