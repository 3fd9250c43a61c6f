import { readFileSync } from 'node:fs'
import type { FaultName } from './names.ts'

/** A request is answered with this instead of a stream. */
export type Refusal =
  | { readonly status: number; readonly type: string; readonly message: string }
  | { readonly status: number; readonly html: string }

/** The fields of a request that a fault looks at. */
export interface RefusableRequest {
  readonly has: (field: string) => boolean
  readonly hasContinuousUsage: boolean
}

/** The gateway loses its server only after this many requests. */
const REQUESTS_BEFORE_GATEWAY_FAILS = 8

/** Steps of this size fill the unit interval evenly. */
const GOLDEN_SHARE = (Math.sqrt(5) - 1) / 2

/** The page of nginx. */
const BAD_GATEWAY = new URL('./bad-gateway.txt', import.meta.url)

/** Decides which requests are refused before anything is generated. */
export class RequestFaults {
  readonly #faults: readonly FaultName[]
  readonly #share: number
  #requests = 0

  constructor(faults: readonly FaultName[], share: number) {
    this.#faults = faults
    this.#share = share
  }

  /** The refusal of the next request; null if it is answered. */
  next(request: RefusableRequest): Refusal | null {
    const index = this.#requests++
    const unknown = ['ignore_eos', 'min_tokens'].find((field) => request.has(field))
    if (this.#faults.includes('unknown-params') && unknown !== undefined) return unrecognized(unknown)
    if (this.#faults.includes('no-continuous-usage') && request.hasContinuousUsage) {
      return unrecognized('stream_options.continuous_usage_stats')
    }
    if (this.#faults.includes('bad-gateway') && index >= REQUESTS_BEFORE_GATEWAY_FAILS) {
      return { status: 502, html: readFileSync(BAD_GATEWAY, 'utf8') }
    }
    // the first requests are answered, so that a run starts
    if (this.#faults.includes('busy') && index > 2 && (index * GOLDEN_SHARE) % 1 < this.#share) {
      return { status: 429, type: 'rate_limit_error', message: 'queue is full, retry after 3 s' }
    }
    return null
  }
}

const unrecognized = (field: string): Refusal => ({
  status: 400,
  type: 'invalid_request_error',
  message: `Unrecognized request argument supplied: ${field}`,
})
