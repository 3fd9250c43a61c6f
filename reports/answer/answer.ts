import type { Chart } from '../charts/chart-types.ts'
import type { Cell, Tone } from '../tables/table.ts'

/** What a reader must see before any table, as plain data: every format that a person reads shows it first. */
export interface Answer {
  /** Whether the report has live and simulated runs: then every simulated figure has a mark. */
  readonly isMixed: boolean
  /** What was measured, where, when, and by which versions. */
  readonly facts: readonly AnswerFact[]
  /** The verdict in plain English: three sentences at most. */
  readonly sentences: readonly string[]
  /** The figures that decide: four at most, and who won how many. */
  readonly tiles: readonly Tile[]
  /** The chart that decides; null where there is nothing to draw. */
  readonly chart: Chart | null
  /** Whether the figures may be quoted; null without runs. */
  readonly quality: Quality | null
}

export interface AnswerFact {
  readonly label: string
  readonly text: string
}

/** One key figure of each card. */
export interface Tile {
  /** Kebab-case. */
  readonly id: string
  readonly label: string
  /** What the figure is of: the title of a workload, an SLO; null where the label says it all. */
  readonly of: string | null
  /** The best first; cards without a figure last. */
  readonly figures: readonly TileFigure[]
}

export interface TileFigure {
  /** Null where the figure is not that of a card. */
  readonly card: TileCard | null
  readonly cell: Cell
  /** Small print: why there is no value, why it does not count, or what must be known beside it; null for most. */
  readonly note: string | null
}

export interface TileCard {
  readonly label: string
  /** Which of the colours of the charts: its place among the cards of the report. */
  readonly color: number
}

/** Quality in one line, and what is behind it. */
export interface Quality {
  /** Such as `12 of 14 runs are quotable.` */
  readonly text: string
  readonly tone: Tone
  /** Why the other runs are not quotable, the most frequent reason first; one line each. */
  readonly reasons: readonly string[]
}
