import type { Chart } from './charts/chart-types.ts'
import type { MoneyModel } from './money-model.ts'
import type { Table } from './tables/table.ts'
import type { VllmBenchTrial } from './vllm-bench/trial-summary.ts'

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
  readonly vllmBench?: readonly VllmBenchTrial[]
}

/** One file that a renderer made; the name is relative to the report's folder. */
export interface RenderedFile {
  readonly name: string
  readonly text: string
}
