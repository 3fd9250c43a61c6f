import { performance } from 'node:perf_hooks'
import { plainFingerprint } from '../endpoint/fingerprint-text.ts'
import type { TimedResult } from '../endpoint/timed-request.ts'
import { addGap, emptyGaps, type GapBuckets } from '../record/gap-buckets.ts'
import { isSentLate, type RequestRow } from '../record/rows.ts'
import type { FromWorker } from './protocol.ts'
import { type RowIdentity, toRequestRow } from './request-row.ts'
import { addTokens } from './token-bins.ts'

/** Results of a worker that are not reported yet, and the counts of its phase. Updated only after a request has ended. */
export class WorkerStats {
  #rows: RequestRow[] = []
  #bins = new Map<number, number>()
  #events = 0
  gaps: GapBuckets = emptyGaps()
  inFlight = 0
  lateSends = 0
  dropped = 0
  noSocket = 0
  contentEvents = 0
  sharedStamps = 0
  simulated = false
  fingerprint: string | null = null

  /** Starts a new phase: all counts are reset to zero. */
  begin(): void {
    this.gaps = emptyGaps()
    this.lateSends = 0
    this.dropped = 0
    this.noSocket = 0
    this.contentEvents = 0
    this.sharedStamps = 0
  }

  /** Adds a request that has ended. Of a warm-up (trial -1) only its row is reported: it is not measured. */
  add(identity: RowIdentity, result: TimedResult, secret: string | null): void {
    const { facts } = result
    this.simulated ||= result.simulated
    if (facts.systemFingerprint !== null) this.fingerprint ??= plainFingerprint(facts.systemFingerprint, secret)
    if (isSentLate(identity.scheduledMs, result.dispatchedMs)) this.lateSends += 1
    if (result.noSocket) this.noSocket += 1
    this.contentEvents += facts.chunks
    this.#events += facts.chunks
    this.sharedStamps += facts.sharedStamps
    this.#rows.push(toRequestRow(identity, result, secret))
    if (result.outcome !== 'ok' || identity.trial < 0) return
    const { times, chunks, outputTokens, counted } = facts
    const counts = counted >= chunks ? facts.counts : null
    addTokens(this.#bins, { times, chunks, outputTokens: outputTokens ?? 0, counts, originMs: identity.originMs })
    for (let index = 1; index < facts.chunks; index += 1) {
      addGap(this.gaps, (facts.times[index] as number) - (facts.times[index - 1] as number))
    }
  }

  /** The results since the last report, or null when there are none. */
  take(): FromWorker | null {
    if (this.#rows.length === 0 && this.#events === 0 && this.inFlight === 0) return null
    const message = {
      kind: 'progress',
      rows: this.#rows,
      bins: [...this.#bins],
      inFlight: this.inFlight,
      events: this.#events,
    } as const
    this.#rows = []
    this.#bins = new Map()
    this.#events = 0
    return message
  }
}

/** CPU time of this thread and wall time, both in ms; callers use the difference of two readings. */
export function threadCost(): { cpuMs: number; wallMs: number } {
  const cpu = process.threadCpuUsage()
  return { cpuMs: (cpu.user + cpu.system) / 1000, wallMs: performance.now() }
}
