/**
 * The shape of every chart of a report, as plain data: renderers decide on size, colour and format.
 * A point's y is null where the value is unknown; the line breaks there.
 */

export type Point = readonly [x: number, y: number | null]

export interface ChartLine {
  readonly name: string
  /** Which of the theme's colours; the same card has the same one in every chart. */
  readonly color: number
  /** `limit` is drawn dotted: it is computed, not measured. */
  readonly style: 'measured' | 'limit'
  readonly points: readonly Point[]
  /** The 95 % interval of each point, in the order of the points; null where it has none. */
  readonly ci95?: readonly (readonly [number, number] | null)[]
  /** Points are drawn as dots: for lines of a few measured values. */
  readonly dots?: boolean
}

export interface ChartAxis {
  readonly label: string
  /** Logarithmic; `decades` has its ticks at powers of ten, otherwise at powers of two: sweeps usually double. */
  readonly log?: boolean | 'decades'
  readonly min?: number
  readonly max?: number
}

/** One system of axes. The panels of a chart are stacked and share their x axis. */
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
  /** Labelled points in the first panel. */
  readonly marks: readonly { readonly x: number; readonly y: number; readonly label: string }[]
}

export interface BarChart {
  readonly kind: 'bars'
  readonly value: ChartAxis
  readonly categories: readonly string[]
  /** A line across the bars at a value that they are read against. */
  readonly reference?: number
  readonly groups: readonly {
    readonly name: string
    readonly color: number
    /** One per category; null where the value is unknown. */
    readonly bars: readonly ({ readonly value: number; readonly ci95: readonly [number, number] | null } | null)[]
  }[]
}

/** One value of two figures, such as a load of a sweep. */
export interface ChartDot {
  readonly x: number
  readonly y: number
  readonly xCi95: readonly [number, number] | null
  readonly yCi95: readonly [number, number] | null
  readonly label: string
  /** Joined by the line of its name; the others stand alone. */
  readonly isJoined: boolean
  /** Drawn hollow: it does not count, for the reason that the summary gives. */
  readonly isHollow: boolean
}

/** A trade-off: two figures against each other, by name. */
export interface DotChart {
  readonly kind: 'dots'
  readonly x: ChartAxis
  readonly y: ChartAxis
  readonly groups: readonly { readonly name: string; readonly color: number; readonly dots: readonly ChartDot[] }[]
  /** The corner where nothing lies that is better; labels stand on that side of their dots. */
  readonly better: { readonly x: 'higher' | 'lower'; readonly y: 'higher' | 'lower' }
  /** Lines across the chart at a value of x. */
  readonly limits: readonly { readonly x: number; readonly label: string }[]
}

export type Chart = (LineChart | BarChart | DotChart) & {
  /** Kebab-case: names the anchor. */
  readonly id: string
  readonly title: string
  /** A description in words and numbers, for readers who cannot see the chart. */
  readonly summary: string
  /** How its signs are read, in a line, where the axes do not say it; the summary says it too. */
  readonly key?: string
  /** `run` charts show one run record and have a section of their own. */
  readonly about: 'comparison' | 'run'
  readonly simulated: boolean
}

/** A chart of one kind. */
export type ChartOf<Kind extends Chart['kind']> = Extract<Chart, { kind: Kind }>
