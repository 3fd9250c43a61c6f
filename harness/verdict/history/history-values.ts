import type { WithInterval } from '../verdict.ts'

/** The level of one start of a server at one time. */
export interface HistoryPoint {
  readonly atDays: number
  /** In the unit of the metric, above 0. */
  readonly value: number
  /** What was installed and set, by name; null where the record does not have it. */
  readonly settings: Readonly<Record<string, string | null>>
}

/** A setting that is another one from a point on. */
export interface SettingChange {
  readonly setting: string
  readonly before: string
  readonly after: string
}

/** A level that changed for good. */
export interface HistoryStep {
  /** Index of the first point after it. */
  readonly index: number
  readonly atDays: number
  /** Level after / level before - 1. */
  readonly change: WithInterval
  /** Adjusted for every place where it could have been. */
  readonly p: number
  /** What changed there; empty where nothing did that the records have. */
  readonly settings: readonly SettingChange[]
}

/** Where the level goes besides its steps. */
export interface HistoryTrend {
  /** Change per year as a share. */
  readonly perYear: WithInterval
  readonly p: number
}

/** One card in one scenario over time. */
export interface SeriesHistory {
  readonly steps: readonly HistoryStep[]
  /** Null where the points are too few, or too close in time. */
  readonly trend: HistoryTrend | null
  /** Why there is no trend, or nothing at all. */
  readonly reason: string | null
}
