import type { RequestSize, SloLimits } from '../served-model.ts'

/** Who sends when: at given times, or users who each send their next request a pause after the last answer. */
export type Senders =
  | { readonly kind: 'open'; readonly arrivalsMs: Float64Array }
  | {
      readonly kind: 'users'
      readonly users: number
      readonly pausesMs: Float64Array
      /** Time over which the users start, evenly; equal requests that start together would stay in step for ever. */
      readonly startMs: number
    }

/** A load on one server: request `i` has the size `sizes[i % sizes.length]`. */
export interface PlayedLoad {
  readonly senders: Senders
  readonly sizes: readonly RequestSize[]
  /** Requests that are played, and how many of the first are not counted. */
  readonly requests: number
  readonly warmup: number
  readonly slo: SloLimits
}
