import type { CellDocument, ClaimsDocument, Workload } from './schema.ts'

/** A claims file as the audit reads it. */

/** A cell in the unit of its row, as the audit reads it. */
export interface ClaimCell extends Omit<CellDocument, 'value' | 'raw'> {
  readonly value: number | string | boolean | null
  readonly raw: string
  /** What the print can stand for: its range, its rounding, and 3 % either way for `~`. Null for what is no number. */
  readonly range: { readonly low: number; readonly high: number } | null
}

export interface ClaimRow {
  readonly id: string
  readonly label: string
  readonly workload?: Workload | undefined
  readonly derived?: string | undefined
  readonly scenario?: string | undefined
  /** By column: a card's key, `delta` or `uplift`. */
  readonly cells: Readonly<Record<string, ClaimCell>>
}

interface ClaimTable {
  readonly title: string
  readonly rows: readonly ClaimRow[]
}

type Tables = ClaimsDocument['tables']
/** A checked claims file. */
export interface Claims extends Omit<ClaimsDocument, 'tables'> {
  readonly tables: {
    readonly spec?: ClaimTable | undefined
    readonly fits?: ClaimTable | undefined
    readonly throughput?: ClaimTable | undefined
    readonly economics?: (ClaimTable & Pick<NonNullable<Tables['economics']>, 'parameters'>) | undefined
    readonly winners?: Tables['winners'] | undefined
  }
}
export type ServingExample = Claims['serving_examples'][number]

/** The tables of a claims file that have one column per card. */
export const cardTables = ['spec', 'fits', 'throughput', 'economics'] as const
export type CardTable = (typeof cardTables)[number]

/** Columns that compare the cards of a row. */
export const comparisonColumns = ['delta', 'uplift'] as const

/** The cell of a row under a column (a card key, `delta`, `uplift`); null where the row has none. */
export const cellOf = (row: ClaimRow, column: string): ClaimCell | null =>
  Object.hasOwn(row.cells, column) ? row.cells[column]! : null
