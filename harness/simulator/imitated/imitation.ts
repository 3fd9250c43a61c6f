import type { Totals } from './counts.ts'

/** The server that is imitated. */
export interface ImitatedServer {
  readonly model: string
  readonly root: string
  readonly maxModelLen: number
  readonly kvTokens: number
  readonly blockTokens: number
  readonly maxNumSeqs: number
  readonly kvCacheDtype: string
  readonly prefixCaching: boolean
}

/** The fields of a request that an engine looks at. */
export interface ImitatedRequest {
  readonly api: 'completions' | 'chat'
  readonly fields: readonly string[]
  readonly hasTextPrompt: boolean
}

/** How an engine refuses a request. */
export interface ImitatedRefusal {
  readonly status: number
  readonly type: string
  readonly message: string
}

/** How the surface of one engine differs from that of vLLM. */
export interface Imitation {
  /** Pages by path: text, or a value that is sent as JSON. */
  readonly pages: Readonly<Record<string, (server: ImitatedServer, totals: Totals) => string | object>>
  /** Paths of vLLM that it does not have. */
  readonly lacks: readonly string[]
  /** Its refusal of a request; null for one that it takes. */
  readonly refuses: (request: ImitatedRequest) => ImitatedRefusal | null
  /** Fields that it ignores. */
  readonly ignores: readonly ('ignore_eos' | 'min_tokens' | 'continuous_usage_stats')[]
  /** The finish_reason comes in an event of its own, without a token. */
  readonly hasSeparateFinish: boolean
  /** Usage stands in the event with the finish_reason of /v1/completions, not in one of its own. */
  readonly hasUsageInFinish: boolean
  /** Every event of /v1/completions has a usage of zeros where usage is requested. */
  readonly hasEmptyUsage: boolean
  /** Cached tokens are in every usage. */
  readonly reportsCachedTokens: boolean
}

export const takesAll = (): null => null

/** A line of a Prometheus page, of a value without labels unless some are given. */
export const line = (name: string, value: number | string, labels = ''): string => `${name}${labels} ${value}\n`
