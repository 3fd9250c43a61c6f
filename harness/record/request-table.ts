import { type Outcome, outcomes, type RequestRow } from './rows.ts'

/** Times of a request that figures are computed from, ms; NaN stands for a missing one. */
const timeColumns = ['scheduledMs', 'dispatchedMs', 'firstChunkMs', 'firstTokenMs', 'lastTokenMs', 'endMs'] as const
/** Counts: single precision holds them exactly up to 16 million tokens, which no context reaches, and NaN as well. */
const countColumns = [
  'plannedPromptTokens',
  'plannedOutputTokens',
  'promptTokens',
  'outputTokens',
  'cachedTokens',
  'chunks',
] as const
type TimeColumn = (typeof timeColumns)[number] & keyof RequestRow
type CountColumn = (typeof countColumns)[number] & keyof RequestRow
type NumberColumn = TimeColumn | CountColumn

/** A table grows by a quarter: doubling would leave up to half of a long run's memory unused. */
const GROWTH = 1.25

/**
 * The requests of one trial by column. A million of them take 73 MB here and would take ten times that as objects,
 * and every figure is a walk over two or three columns.
 */
export class RequestTable {
  length = 0
  #capacity = 1024
  readonly #columns = new Map<NumberColumn, Float64Array | Float32Array>()
  #outcomes = new Uint8Array(this.#capacity)

  constructor(rows: Iterable<RequestRow> = []) {
    for (const column of timeColumns) this.#columns.set(column, new Float64Array(this.#capacity))
    for (const column of countColumns) this.#columns.set(column, new Float32Array(this.#capacity))
    for (const row of rows) this.push(row)
  }

  push(row: RequestRow): void {
    if (this.length === this.#capacity) this.#grow()
    for (const [column, values] of this.#columns) values[this.length] = row[column] ?? Number.NaN
    this.#outcomes[this.length] = outcomes.indexOf(row.outcome)
    this.length += 1
  }

  /** A column, `length` long. A view: not to be written to. */
  column(name: TimeColumn): Float64Array
  column(name: CountColumn): Float32Array
  column(name: NumberColumn): Float64Array | Float32Array
  column(name: NumberColumn): Float64Array | Float32Array {
    return (this.#columns.get(name) as Float64Array).subarray(0, this.length)
  }

  outcome(index: number): Outcome {
    return outcomes[this.#outcomes[index] as number] as Outcome
  }

  isOk(index: number): boolean {
    return this.#outcomes[index] === 0
  }

  #grow(): void {
    this.#capacity = Math.ceil(this.#capacity * GROWTH)
    for (const [name, values] of this.#columns) {
      const larger =
        values instanceof Float64Array ? new Float64Array(this.#capacity) : new Float32Array(this.#capacity)
      larger.set(values)
      this.#columns.set(name, larger)
    }
    const larger = new Uint8Array(this.#capacity)
    larger.set(this.#outcomes)
    this.#outcomes = larger
  }
}
