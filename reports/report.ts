import type { Chart } from './charts/chart.ts'
import type { ServeSummary } from './serve/serve-summary.ts'
import type { Interval, Table } from './tables/table.ts'

/** One run record behind a report, and whether its figures may be quoted. */
export interface ReportSource {
  readonly id: string
  readonly source: 'live' | 'simulated'
  readonly status: string
  readonly card: string
  readonly scenario: string
  readonly startedAt: string
  readonly quotable: boolean
  /** How many gates ended how, and the evidence of those that did not pass. */
  readonly gates: {
    readonly pass: number
    readonly warn: number
    readonly fail: number
    readonly notMeasured: number
    readonly findings: readonly string[]
  }
  /** What a reader must know beside the gates; absent where there is nothing. */
  readonly remarks?: readonly string[]
}

/** What the economics table was worked out from, for readers that can work it out again at other assumptions. */
export interface MoneyModel {
  readonly years: number
  readonly tariffGbpPerKwh: number
  readonly utilisation: number
  readonly pue: number
  /** One a card column of the economics table, by its id; what is not known is null. */
  readonly cards: readonly {
    readonly id: string
    readonly label: string
    readonly priceGbp: number | null
    readonly idleW: number | null
    readonly meanPowerW: number | null
    readonly outputTokensPerS: number | null
    /** Null or absent where one trial gave no interval. */
    readonly outputTokensPerSCi95?: Interval | null
    /** Of all GPUs that served. */
    readonly vramGb?: number | null
  }[]
}

/** The pictures of a report, and what was left out of them. */
export interface ReportCharts {
  readonly list: readonly Chart[]
  readonly notes: readonly string[]
}

/** What every renderer gets: tables and where they come from, as plain data. */
export interface Report {
  readonly title: string
  readonly tables: readonly Table[]
  readonly sources: readonly ReportSource[]
  /** Null where there is no economics table. */
  readonly money: MoneyModel | null
  /** True as soon as one source was simulated. */
  readonly simulated: boolean
  /** Absent where nobody asked for pictures. */
  readonly charts?: ReportCharts
  /** One a trial, where the rows of the runs were read: what `vllm bench serve` would have said. */
  readonly serve?: readonly ServeSummary[]
}

/** One file that a renderer made; the name is relative to the report's folder. */
export interface RenderedFile {
  readonly name: string
  readonly text: string
}
