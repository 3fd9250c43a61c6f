import { FailureTally } from './failure-tally.ts'
import { type Outcome, outcomes, type RequestRow } from './rows.ts'

/** Times of a request that values are computed from, in ms; NaN if missing. */
const timeColumns = [
  'scheduledMs',
  'dispatchedMs',
  'firstChunkMs',
  'firstTokenMs',
  'lastTokenMs',
  'endMs',
  'firstAnswerMs',
] as const
/** Counts: single precision is exact up to 16 million tokens, more than any context, and holds NaN. */
const countColumns = [
  'plannedPromptTokens',
  'plannedOutputTokens',
  'promptTokens',
  'outputTokens',
  'cachedTokens',
  'chunks',
  'firstTokens',
  'lumpedTokens',
  'contentBytes',
  'reasoningTokens',
  'reasoningEvents',
  'reasoningCount',
  'session',
  'turn',
  'turnsLeft',
] as const
type TimeColumn = (typeof timeColumns)[number] & keyof RequestRow
type CountColumn = (typeof countColumns)[number] & keyof RequestRow
type NumberColumn = TimeColumn | CountColumn

/** Rows added at a time, and rows of reserved address space; memory is used only as it is filled. */
const BLOCK_ROWS = 8192
const RESERVED_ROWS = 2 ** 24

/**
 * The requests of one trial by column. A million requests take 117 MB, an eighth of their size as objects, and every value is
 * computed from two or three columns. Columns grow in place, because a copy at each growth would fragment memory.
 */
export class RequestTable {
  length = 0
  #capacity = 0
  readonly #times = timeColumns.map((name) => ({ name, buffer: reserve(8) }))
  readonly #counts = countColumns.map((name) => ({ name, buffer: reserve(4) }))
  readonly #outcomes = reserve(1)
  /** Messages of the requests that failed. */
  readonly failures = new FailureTally()
  #timeViews: Float64Array[] = []
  #countViews: Float32Array[] = []
  #outcomeView = new Uint8Array(0)

  constructor(rows: Iterable<RequestRow> = []) {
    for (const row of rows) this.push(row)
  }

  /** Throws RangeError beyond 16 million requests per trial. */
  push(row: RequestRow): void {
    if (this.length === this.#capacity) this.#resize(this.#capacity + BLOCK_ROWS)
    const at = this.length
    this.#timeViews.forEach((values, column) => {
      values[at] = row[timeColumns[column] as TimeColumn] ?? Number.NaN
    })
    this.#countViews.forEach((values, column) => {
      values[at] = row[countColumns[column] as CountColumn] ?? Number.NaN
    })
    this.#outcomeView[at] = outcomes.indexOf(row.outcome)
    this.failures.add(row.outcome, row.error)
    this.length += 1
  }

  /** A column of `length` values. A view: do not write to it, and do not use it after `free`. */
  column(name: TimeColumn): Float64Array
  column(name: CountColumn): Float32Array
  column(name: NumberColumn): Float64Array | Float32Array
  column(name: NumberColumn): Float64Array | Float32Array {
    const time = this.#times.find((column) => column.name === name)
    if (time) return new Float64Array(time.buffer, 0, this.length)
    const count = this.#counts.find((column) => column.name === name) as { buffer: ArrayBuffer }
    return new Float32Array(count.buffer, 0, this.length)
  }

  outcome(index: number): Outcome {
    return outcomes[this.#outcomeView[index] as number] as Outcome
  }

  isOk(index: number): boolean {
    return this.#outcomeView[index] === 0
  }

  /** Releases the memory at once, without waiting for a garbage collection. The table is empty afterwards. */
  free(): void {
    this.length = 0
    this.failures.clear()
    this.#resize(0)
  }

  #resize(rows: number): void {
    this.#capacity = rows
    for (const { buffer } of this.#times) buffer.resize(rows * 8)
    for (const { buffer } of this.#counts) buffer.resize(rows * 4)
    this.#outcomes.resize(rows)
    // views of a fixed length are faster
    this.#timeViews = this.#times.map(({ buffer }) => new Float64Array(buffer, 0, rows))
    this.#countViews = this.#counts.map(({ buffer }) => new Float32Array(buffer, 0, rows))
    this.#outcomeView = new Uint8Array(this.#outcomes, 0, rows)
  }
}

function reserve(bytesPerRow: number): ArrayBuffer {
  return new ArrayBuffer(0, { maxByteLength: RESERVED_ROWS * bytesPerRow })
}
