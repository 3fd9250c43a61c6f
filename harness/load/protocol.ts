import type { Address } from '../endpoint/address.ts'
import type { ArrivalPattern } from '../plan/arrivals.ts'
import type { BodyPlan } from '../plan/body/body-plan.ts'
import type { PlannedLengths } from '../plan/lengths.ts'
import type { PrefixPlan } from '../plan/prefix-groups.ts'
import type { SessionPlan } from '../plan/session-turns.ts'
import type { TextsBody } from '../plan/texts-body.ts'
import type { TraceRequest } from '../plan/trace.ts'
import type { GapBuckets } from '../record/gap-buckets.ts'
import type { RequestRow } from '../record/rows.ts'

/** How requests are spaced: closed loop, open loop or trace. */
export type LoadPlan =
  | { readonly kind: 'closed'; readonly session: SessionPlan | null }
  | ({ readonly kind: 'open' } & ArrivalPattern)
  | { readonly kind: 'trace'; readonly requests: readonly TraceRequest[]; readonly speed: number }

/** Data that a load worker receives once, when it starts. */
export interface WorkerPlan {
  readonly worker: number
  readonly workers: number
  readonly address: Address
  /** Sent as a bearer token; never leaves the worker. */
  readonly apiKey: string | null
  readonly client: 'raw' | 'sdk'
  readonly body: BodyPlan | TextsBody
  /** Lengths of the requests; a trace has its own. */
  readonly lengths: PlannedLengths
  /** Prompts of a file: whether an answer is as long as the file states, the planned length at most. */
  readonly answersAsStated?: boolean
  readonly load: LoadPlan
  /** Prefixes that groups of requests share, for a load with an asked hit rate. */
  readonly prefixes?: PrefixPlan
  /** Connections of this worker: those of its share of the scenario's streams. */
  readonly connections: number
  /** Connections that belong to one stream, for turns that send several requests at once; 1 unless given. */
  readonly connectionsPerStream?: number
  readonly requestTimeoutMs: number
  /** Time 0 of the run, on the common clock. */
  readonly originMs: number
}

/** Trial number of the phase that sends each shared prefix once; its prompts are no other phase's. */
export const PRIMING = -3
/** Phase of requests that are timed before a run is planned; its prompts are its own. */
export const WAVE = -4

/** In place of the trial number in the prompts of sessions, which go on from the warm-up through all trials. */
export const SESSION_PROMPTS = -4

/** One phase of load: the priming of prefixes, the warm-up (trial -1) or a trial. Times are on the run's clock. */
export interface Phase {
  readonly trial: number
  readonly startMs: number
  /** No request is sent after this; requests in flight are awaited. Priming ends when each prefix was sent. */
  readonly sendUntilMs: number
  /** Closed loop: the starts of the streams are spread over this time. */
  readonly rampMs: number
}

/** Output tokens of a batch of ended requests, as pairs of bin index and count. */
export type TokenBins = readonly (readonly [bin: number, tokens: number])[]

export interface ClientStats {
  /** 99th percentile of the event-loop delay of the timing thread. */
  readonly eventLoopDelayP99Ms: number | null
  readonly cpuMs: number
  readonly wallMs: number
  /** Requests sent more than 10 ms after they were due. */
  readonly lateSends: number
  /** Open loop: requests that found no free connection and were not sent. */
  readonly dropped: number
  /** Requests for which this machine had no file handle, port or memory. */
  readonly noSocket?: number
  /** Connections that the server had closed between two requests and that were replaced. */
  readonly replaced: number
  readonly contentEvents: number
  readonly sharedStamps: number
}

export type ToWorker =
  | { readonly kind: 'open' }
  | { readonly kind: 'phase'; readonly phase: Phase }
  | { readonly kind: 'stop-sending' }
  | { readonly kind: 'abort' }
  | { readonly kind: 'close' }

export type FromWorker =
  | { readonly kind: 'opened' }
  | { readonly kind: 'open-failed'; readonly message: string }
  | {
      readonly kind: 'progress'
      readonly rows: readonly RequestRow[]
      readonly bins: TokenBins
      readonly inFlight: number
      /** Content events since the last report, for the live display only. */
      readonly events: number
    }
  | {
      readonly kind: 'phase-done'
      readonly stats: ClientStats
      /** Gaps between content events. */
      readonly gaps: GapBuckets
      readonly simulated: boolean
      readonly fingerprint: string | null
    }
  | { readonly kind: 'crashed'; readonly message: string }
