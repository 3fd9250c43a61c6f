/** A step of a server that decodes for a number of requests, without any prompt in it. */
export interface DecodeStep {
  /** Requests that decode. */
  readonly running: number
  readonly stepMs: number
}

/**
 * A server in as few numbers as its latency under load follows from: continuous batching, prompts computed in chunks beside the
 * decodes, first come first served.
 */
export interface ServedModel {
  /** By `running`, rising. */
  readonly decode: readonly DecodeStep[]
  /** Time of a step with prompts alone per prompt token that is not in the cache, in ms. */
  readonly promptTokenMs: number
  /** What a request takes before and after the steps, in ms: it delays the first token and keeps no step busy. */
  readonly frontEndMs: number
  /** Tokens that one step may compute (`--max-num-batched-tokens`). */
  readonly stepTokens: number
  /** Requests that run at once (`--max-num-seqs`); the others wait. */
  readonly mostRunning: number
  /** Tokens that the KV cache holds; null where it is not known, and then it limits nothing. */
  readonly kvTokens: number | null
}

/**
 * Time of a decode step in ms with so many requests: linear between the known ones. Above the highest it grows in proportion, so
 * that no more throughput is assumed than was seen; below the lowest it is that of the lowest.
 */
export function decodeStepMs(decode: readonly DecodeStep[], running: number): number {
  const above = decode.findIndex((step) => step.running >= running)
  const last = decode.at(-1)
  if (last === undefined) throw new TypeError('a server without a decode step')
  if (above < 0) return (last.stepMs * running) / last.running
  const high = decode[above]!
  const low = decode[above - 1]
  if (low === undefined) return high.stepMs
  const share = (running - low.running) / (high.running - low.running)
  return low.stepMs + share * (high.stepMs - low.stepMs)
}

/** Limits of a service-level objective, in ms; a request meets it if it meets each that is stated. */
export interface SloLimits {
  readonly ttftMs?: number | undefined
  readonly tpotMs?: number | undefined
  readonly e2eMs?: number | undefined
}

/** What a request asks for. */
export interface RequestSize {
  readonly promptTokens: number
  /** Of the prompt, in the prefix cache. */
  readonly cachedTokens: number
  readonly outputTokens: number
}
