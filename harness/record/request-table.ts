import { type Outcome, outcomes, type RequestRow } from './rows.ts'

/** The numbers of a request that figures are computed from; NaN stands for a missing one. */
const numberColumns = [
  'scheduledMs',
  'dispatchedMs',
  'firstChunkMs',
  'firstTokenMs',
  'lastTokenMs',
  'endMs',
  'plannedPromptTokens',
  'plannedOutputTokens',
  'promptTokens',
  'outputTokens',
  'cachedTokens',
  'chunks',
] as const satisfies readonly (keyof RequestRow)[]
type NumberColumn = (typeof numberColumns)[number]

/**
 * The requests of one trial by column. A million of them take 97 MB here and would take ten times that as objects,
 * and every figure is a walk over two or three columns.
 */
export class RequestTable {
  length = 0
  #capacity = 1024
  readonly #columns = new Map<NumberColumn, Float64Array>()
  #outcomes = new Uint8Array(this.#capacity)

  constructor(rows: Iterable<RequestRow> = []) {
    for (const column of numberColumns) this.#columns.set(column, new Float64Array(this.#capacity))
    for (const row of rows) this.push(row)
  }

  push(row: RequestRow): void {
    if (this.length === this.#capacity) this.#grow()
    for (const [column, values] of this.#columns) values[this.length] = row[column] ?? Number.NaN
    this.#outcomes[this.length] = outcomes.indexOf(row.outcome)
    this.length += 1
  }

  /** A column, `length` long. A view: not to be written to. */
  column(name: NumberColumn): Float64Array {
    return (this.#columns.get(name) as Float64Array).subarray(0, this.length)
  }

  outcome(index: number): Outcome {
    return outcomes[this.#outcomes[index] as number] as Outcome
  }

  isOk(index: number): boolean {
    return this.#outcomes[index] === 0
  }

  #grow(): void {
    this.#capacity *= 2
    for (const [column, values] of this.#columns) {
      const larger = new Float64Array(this.#capacity)
      larger.set(values)
      this.#columns.set(column, larger)
    }
    const larger = new Uint8Array(this.#capacity)
    larger.set(this.#outcomes)
    this.#outcomes = larger
  }
}
