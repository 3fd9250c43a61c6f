import type { Table } from './tables/table.ts'

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
}

/** What every renderer gets: tables and where they come from, as plain data. */
export interface Report {
  readonly title: string
  readonly tables: readonly Table[]
  readonly sources: readonly ReportSource[]
  /** True as soon as one source was simulated. */
  readonly simulated: boolean
}

/** One file that a renderer made; the name is relative to the report's folder. */
export interface RenderedFile {
  readonly name: string
  readonly text: string
}
