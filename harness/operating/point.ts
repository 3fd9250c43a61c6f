/** What the cards of a measurement are set to, all alike. Null: left as it was found. */
export interface OperatingSetting {
  /** Per GPU. */
  readonly powerLimitW: number | null
  /** The SM clock is locked at this one. */
  readonly smClockMHz: number | null
}

/** One point of a tuning: a setting of the cards, and how many requests are in flight. */
export interface TunePoint {
  readonly setting: OperatingSetting
  /** Null: the load of the scenario has no number of requests in flight. */
  readonly concurrency: number | null
}

/** One text per point; points are the same if it is. */
export const pointKey = ({ setting: { powerLimitW, smClockMHz }, concurrency }: TunePoint): string =>
  [powerLimitW ?? 'found', smClockMHz ?? 'free', concurrency ?? 'own'].join('/')

/** A point in words, such as "350 W", "350 W, 1800 MHz, 32 streams", or "limit as found". */
export function pointLabel({ setting: { powerLimitW, smClockMHz }, concurrency }: TunePoint): string {
  const limit = powerLimitW === null ? 'limit as found' : `${powerLimitW} W`
  const clock = smClockMHz === null ? [] : [`${smClockMHz} MHz`]
  const streams = concurrency === null ? [] : [concurrency === 1 ? '1 stream' : `${concurrency} streams`]
  return [limit, ...clock, ...streams].join(', ')
}

/** From few to many requests, then from high to low limits and clocks; a limit as found and a free clock come first. */
export function byPoint(one: TunePoint, other: TunePoint): number {
  const top = (value: number | null) => value ?? Number.POSITIVE_INFINITY
  const fall = (a: number | null, b: number | null) => (top(a) === top(b) ? 0 : top(b) - top(a))
  return (
    (one.concurrency ?? 0) - (other.concurrency ?? 0) ||
    fall(one.setting.powerLimitW, other.setting.powerLimitW) ||
    fall(one.setting.smClockMHz, other.setting.smClockMHz)
  )
}
