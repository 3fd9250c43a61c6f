/**
 * The one shape that every chart of a report has, as plain data: renderers decide about size, colour and format.
 * A point's y is null where nothing is known; the line breaks there.
 */

export type Point = readonly [x: number, y: number | null]

export interface ChartLine {
  readonly name: string
  /** Which of the theme's colours; the same card has the same one in every chart. */
  readonly color: number
  /** `limit` is drawn dashed: it is worked out, not measured. */
  readonly style: 'measured' | 'limit'
  readonly points: readonly Point[]
  /** Points are drawn as dots: for lines of a few measured values. */
  readonly dots?: boolean
}

export interface ChartAxis {
  readonly label: string
  readonly log?: boolean
  readonly min?: number
  readonly max?: number
}

/** One system of axes. The panels of a chart stand under each other and share their x. */
export interface ChartPanel {
  readonly y: ChartAxis
  readonly lines: readonly ChartLine[]
}

export interface LineChart {
  readonly kind: 'lines'
  readonly x: ChartAxis
  readonly panels: readonly ChartPanel[]
  /** Spans of x that are shaded in every panel. */
  readonly bands: readonly { readonly from: number; readonly to: number }[]
  /** Points worth a word, in the first panel. */
  readonly marks: readonly { readonly x: number; readonly y: number; readonly label: string }[]
}

export interface BarChart {
  readonly kind: 'bars'
  readonly value: ChartAxis
  readonly categories: readonly string[]
  readonly groups: readonly {
    readonly name: string
    readonly color: number
    /** One a category; null where nothing is known. */
    readonly bars: readonly ({ readonly value: number; readonly ci95: readonly [number, number] | null } | null)[]
  }[]
}

export type Chart = (LineChart | BarChart) & {
  /** Kebab-case: names the anchor. */
  readonly id: string
  readonly title: string
  /** What it shows, in words and figures: for whoever cannot see it. */
  readonly summary: string
  /** `run` charts are about one run record and stand apart from those that compare. */
  readonly about: 'comparison' | 'run'
  readonly simulated: boolean
}

/** A chart of one kind. */
export type ChartOf<Kind extends Chart['kind']> = Extract<Chart, { kind: Kind }>
