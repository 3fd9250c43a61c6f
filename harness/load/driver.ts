import type { Worker } from 'node:worker_threads'
import { JoulemarkError, messageOf } from '../errors.ts'
import { type GapBuckets, mergedGaps } from '../record/gap-buckets.ts'
import type { RequestRow } from '../record/rows.ts'
import type { ClientStats, FromWorker, Phase, TokenBins, ToWorker, WorkerPlan } from './protocol.ts'
import { startTimingWorker } from './worker-memory.ts'

/** What a phase of load produced besides its rows. */
export interface PhaseEnd {
  readonly stats: readonly ClientStats[]
  /** Chunk gaps of all workers, by bucket. */
  readonly gaps: GapBuckets
  readonly simulated: boolean
  readonly fingerprint: string | null
}

export interface LoadListener {
  /** Rows of requests that have ended in a trial, and the bins of their tokens. */
  onRows(rows: readonly RequestRow[], bins: TokenBins): void
  /** Rows of requests that have ended in a warm-up; they are not measured. */
  onWarmUpRows?(rows: readonly RequestRow[]): void
  /** In flight over all workers, and content events since the last call: for the live display. */
  onProgress(inFlight: number, events: number): void
}

/** The load engine: workers that hold open connections and run one phase at a time. */
export interface LoadDriver {
  runPhase(phase: Phase): Promise<PhaseEnd>
  /** First interrupt: no new request is sent; requests in flight end normally. */
  stopSending(): void
  /** Second interrupt: requests in flight are cut and recorded as `aborted`. */
  abort(): void
  close(): Promise<void>
}

/**
 * Starts `workers` threads that share the scenario's connections, and opens all of these.
 * Throws `environment` when the endpoint refuses one.
 */
export async function startLoad(plan: Omit<WorkerPlan, 'worker'>, listener: LoadListener): Promise<LoadDriver> {
  // the connections of one stream stay together
  const { connectionsPerStream = 1 } = plan
  const streams = plan.connections / connectionsPerStream
  const count = Math.max(1, Math.min(plan.workers, streams))
  const shares = Array.from(
    { length: count },
    (_, worker) => Math.floor((streams + count - 1 - worker) / count) * connectionsPerStream,
  )
  const inFlight = new Array<number>(count).fill(0)
  const handles = shares.map((connections, worker) => {
    const workerData: WorkerPlan = { ...plan, worker, workers: count, connections }
    return new WorkerHandle(
      startTimingWorker(new URL('./worker.ts', import.meta.url), connections, workerData),
      (message) => {
        if (message.kind !== 'progress') return
        inFlight[worker] = message.inFlight
        const measured = message.rows.filter((row) => row.trial >= 0)
        if (measured.length > 0 || message.bins.length > 0) listener.onRows(measured, message.bins)
        if (measured.length < message.rows.length) {
          listener.onWarmUpRows?.(message.rows.filter((row) => row.trial < 0))
        }
        const total = inFlight.reduce((sum, count) => sum + count, 0)
        listener.onProgress(total, message.events)
      },
    )
  })
  const close = async () => {
    await Promise.all(handles.map((handle) => handle.close()))
  }
  try {
    await Promise.all(handles.map((handle) => handle.request({ kind: 'open' }, 'opened')))
  } catch (error) {
    await close()
    throw new JoulemarkError('environment', `endpoint ${plan.address.url}: cannot be reached: ${messageOf(error)}`)
  }
  return {
    async runPhase(phase) {
      const ends = await Promise.all(handles.map((handle) => handle.request({ kind: 'phase', phase }, 'phase-done')))
      return {
        stats: ends.map((end) => end.stats),
        gaps: mergedGaps(ends.map((end) => end.gaps)),
        simulated: ends.some((end) => end.simulated),
        fingerprint: ends.find((end) => end.fingerprint !== null)?.fingerprint ?? null,
      }
    },
    stopSending: () => {
      for (const handle of handles) handle.post({ kind: 'stop-sending' })
    },
    abort: () => {
      for (const handle of handles) handle.post({ kind: 'abort' })
    },
    close,
  }
}

type Reply<Kind extends FromWorker['kind']> = Extract<FromWorker, { kind: Kind }>

/** One worker thread and the reply that it owes. */
class WorkerHandle {
  readonly #worker: Worker
  #settle: ((message: FromWorker | Error) => void) | null = null
  #failure: Error | null = null

  constructor(worker: Worker, onMessage: (message: FromWorker) => void) {
    this.#worker = worker
    worker.on('message', (message: FromWorker) => {
      onMessage(message)
      if (message.kind !== 'progress') this.#settle?.(message)
    })
    worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', () => this.#fail(new Error('a load worker exited unexpectedly')))
  }

  post(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  request<Kind extends FromWorker['kind']>(message: ToWorker, kind: Kind): Promise<Reply<Kind>> {
    return new Promise((resolve, reject) => {
      if (this.#failure) {
        reject(this.#failure)
        return
      }
      this.#settle = (reply) => {
        this.#settle = null
        if (reply instanceof Error) reject(reply)
        else if (reply.kind === kind) resolve(reply as Reply<Kind>)
        else reject(new Error('message' in reply ? reply.message : `unexpected reply ${reply.kind}`))
      }
      this.post(message)
    })
  }

  async close(): Promise<void> {
    if (this.#failure) return
    const gone = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()))
    this.post({ kind: 'close' })
    await gone
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#settle?.(error)
  }
}
