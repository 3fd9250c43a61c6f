import type { Answer } from './answer/answer.ts'
import type { Chart } from './charts/chart-types.ts'
import type { MoneyModel } from './money-model.ts'
import type { Table } from './tables/table.ts'
import type { VllmBenchTrial } from './vllm-bench/trial-summary.ts'

/** One run record behind a report, and whether its results may be quoted. */
export interface ReportSource {
  readonly id: string
  readonly source: 'live' | 'simulated'
  readonly status: string
  readonly card: string
  readonly scenario: string
  readonly startedAt: string
  /** What the cards were set to for it on purpose, such as `300 W`; absent: they were as found. */
  readonly setting?: string
  readonly quotable: boolean
  /** Number of gates by result, and the evidence of those that did not pass. */
  readonly gates: {
    readonly pass: number
    readonly warn: number
    readonly fail: number
    readonly notMeasured: number
    readonly findings: readonly string[]
  }
  /** Remarks beside the gates; absent where there are none. */
  readonly remarks?: readonly string[]
}

/** The charts of a report, and notes on what they do not show. */
export interface ReportCharts {
  readonly list: readonly Chart[]
  readonly notes: readonly string[]
}

/** What every renderer gets: tables and where they come from, as plain data. */
export interface Report {
  readonly title: string
  /** Who publishes it, where that was given. */
  readonly author?: string
  /** What a reader sees first; absent in a report of chosen tables. */
  readonly answer?: Answer
  readonly tables: readonly Table[]
  readonly sources: readonly ReportSource[]
  /** Null where there is no economics table. */
  readonly money: MoneyModel | null
  /** True as soon as one source was simulated. */
  readonly simulated: boolean
  /** Absent in a report without charts. */
  readonly charts?: ReportCharts
  /** One per trial, where the rows of the runs were read: the results by the definitions of `vllm bench serve`. */
  readonly vllmBench?: readonly VllmBenchTrial[]
}

/** One file that a renderer made; the name is relative to the report's folder. */
export interface RenderedFile {
  readonly name: string
  readonly text: string
}
