import { type GapBuckets, gapRowsOf } from './gap-buckets.ts'
import { RequestTable } from './request-table.ts'
import {
  type CounterRow,
  type GapRow,
  type GpuRow,
  type RequestRow,
  roundMs,
  type ServerRow,
  type StepRow,
  TOKEN_BIN_MS,
  type TokenRow,
  type WallRow,
} from './rows.ts'
import type { RowSink } from './writer.ts'

/** The rows of one trial, as they are on disk. */
export interface CollectedTrial {
  readonly requests: RequestTable
  readonly tokens: readonly TokenRow[]
  readonly gaps: readonly GapRow[]
  readonly gpuRows: readonly GpuRow[]
  readonly steps: readonly StepRow[]
}

/**
 * Writes rows to disk as they arrive and keeps those of the current trial for its values.
 * Token bins are merged over requests and written when the trial ends; samples of the idle padding belong to both neighbouring trials.
 */
export class Collector {
  readonly #sink: RowSink
  #requests = new RequestTable()
  #last: RequestTable | null = null
  #bins = new Map<number, number>()
  #gpuRows: GpuRow[] = []
  readonly #newest = new Map<string, GpuRow>()
  #steps: StepRow[] = []
  #samples = 0
  #samplesAtTrialEnd = 0

  constructor(sink: RowSink) {
    this.#sink = sink
  }

  addRequests(rows: readonly RequestRow[], bins: readonly (readonly [bin: number, tokens: number])[]): void {
    this.#sink.append('requests.csv', rows)
    for (const row of rows) this.#requests.push(row)
    for (const [bin, tokens] of bins) this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + tokens)
  }

  addSteps(rows: readonly StepRow[]): void {
    this.#sink.append('steps.csv', rows)
    this.#steps.push(...rows)
  }

  addSample(row: GpuRow): void {
    this.#sink.append('gpu.csv', [row])
    this.#gpuRows.push(row)
    this.#newest.set(row.uuid, row)
    this.#samples += 1
  }

  addCounterRow(row: CounterRow): void {
    this.#sink.append('counter.csv', [row])
  }

  addWallRows(rows: readonly WallRow[]): void {
    this.#sink.append('wall.csv', rows)
  }

  addServerRows(rows: readonly ServerRow[]): void {
    this.#sink.append('server.csv', rows)
  }

  /**
   * Ends a trial and returns its rows. Samples from `keepAfterMs` on are kept for the next trial too. The requests stay
   * available until the next trial ends.
   */
  endTrial(trial: number, keepAfterMs: number, gapBuckets: GapBuckets): CollectedTrial {
    const sorted = [...this.#bins].sort(([a], [b]) => a - b)
    const tokens = sorted.map(([bin, count]) => ({ trial, binStartMs: bin * TOKEN_BIN_MS, tokens: count }))
    this.#sink.append('tokens.csv', tokens)
    const gaps = gapRowsOf(gapBuckets).map(({ gapMs, count }) => ({ trial, gapMs: roundMs(gapMs), count }))
    this.#sink.append('gaps.csv', gaps)
    const collected = { requests: this.#requests, tokens, gaps, gpuRows: this.#gpuRows, steps: this.#steps }
    this.#last?.free()
    this.#last = this.#requests
    this.#requests = new RequestTable()
    this.#bins = new Map()
    this.#steps = []
    this.#samplesAtTrialEnd = this.#samples
    this.#gpuRows = this.#gpuRows.filter((row) => row.timeMs >= keepAfterMs)
    return collected
  }

  /** Rows of gpu.csv when the last trial ended; recomputing its values uses no later ones. */
  get samplesAtTrialEnd(): number {
    return this.#samplesAtTrialEnd
  }

  /** Newest sample of each GPU, by UUID. */
  get newestSamples(): ReadonlyMap<string, GpuRow> {
    return this.#newest
  }
}
