/** The content of one stream of server-sent events so far. Times are stamped once per read, on the run's clock. */
export interface StreamFacts {
  firstChunkMs: number
  firstTokenMs: number
  lastTokenMs: number
  /** Events that carry a token: those with a choice, its text empty or not, except one that only names the role. */
  chunks: number
  /** Such events that shared a read with an earlier one: their gap is not a measurement. */
  sharedStamps: number
  /** Arrival time of each of them, `chunks` long. */
  times: Float64Array
  /** Output tokens by the running count of usage at each of them, `chunks` long; valid if `counted` is no smaller. */
  counts: Uint32Array
  /** Events with a running count, from the first on without a gap. */
  counted: number
  /** Bytes of text in all of them. */
  contentBytes: number
  /** Bytes of text in those that arrived in the same read as the first. */
  firstBytes: number
  /** Tokens by the running count of usage (`continuous_usage_stats`) at the end of that read; null without one. */
  firstCount: number | null
  /** The last of them ended a choice and had no content. */
  endsEmpty: boolean
  finishReason: string | null
  /** Choices that began and did not end. */
  openChoices: number
  promptTokens: number | null
  outputTokens: number | null
  cachedTokens: number | null
  /** First event of the answer itself, where reasoning came before it. */
  firstAnswerMs: number
  /** Events with reasoning. */
  reasoningChunks: number
  /** Output tokens by the running count of usage at the last of them; 0 without one. */
  reasoningCount: number
  /** Reasoning tokens by usage. */
  reasoningTokens: number | null
  systemFingerprint: string | null
  done: boolean
  /** Events of any kind, `[DONE]` among them. */
  events: number
  /** Message of an `error` event; the server still sends `[DONE]` after one. */
  errorMessage: string | null
  /** Why an event is not what the protocol says, with its beginning. */
  malformed: string | null
}

/** Facts of a stream before its first event; the buffers, of one length, are reused. */
export function emptyFacts(times: Float64Array, counts: Uint32Array = new Uint32Array(times.length)): StreamFacts {
  return {
    firstChunkMs: Number.NaN,
    firstTokenMs: Number.NaN,
    lastTokenMs: Number.NaN,
    chunks: 0,
    sharedStamps: 0,
    times,
    counts,
    counted: 0,
    contentBytes: 0,
    firstBytes: 0,
    firstCount: null,
    endsEmpty: false,
    finishReason: null,
    openChoices: 0,
    promptTokens: null,
    outputTokens: null,
    cachedTokens: null,
    firstAnswerMs: Number.NaN,
    reasoningChunks: 0,
    reasoningCount: 0,
    reasoningTokens: null,
    systemFingerprint: null,
    done: false,
    events: 0,
    errorMessage: null,
    malformed: null,
  }
}

/**
 * Adds an event with a token and `bytes` of text that arrived at `nowMs`; `count` is the running count of output tokens in
 * it, 0 without one. On the hot path: no allocation but for growth.
 */
export function addArrival(facts: StreamFacts, nowMs: number, bytes: number, count: number): void {
  if (facts.chunks === 0) {
    facts.firstTokenMs = nowMs
    if (Number.isNaN(facts.firstChunkMs)) facts.firstChunkMs = nowMs
  }
  facts.lastTokenMs = nowMs
  if (facts.chunks === facts.times.length) {
    const larger = new Float64Array(facts.times.length * 2)
    larger.set(facts.times)
    facts.times = larger
    const counts = new Uint32Array(larger.length)
    counts.set(facts.counts)
    facts.counts = counts
  }
  facts.times[facts.chunks] = nowMs
  if (count > 0) {
    facts.counts[facts.chunks] = count
    if (facts.counted === facts.chunks) facts.counted += 1
    facts.outputTokens = count
    if (nowMs === facts.firstTokenMs) facts.firstCount = count
  }
  facts.chunks += 1
  facts.contentBytes += bytes
  if (nowMs === facts.firstTokenMs) facts.firstBytes += bytes
  facts.endsEmpty = false
}

/** Adds an event with reasoning, with the running count of output tokens in it, 0 without one. */
export function addReasoning(facts: StreamFacts, count: number): void {
  facts.reasoningChunks += 1
  if (count > 0) facts.reasoningCount = count
}

/**
 * Corrects the facts of a stream that has ended: vLLM sends the last token and the finish_reason in one event, other
 * servers send the finish_reason in an event of its own. That one is no token if there is one more than usage counts.
 */
export function dropEmptyEnd(facts: StreamFacts): void {
  if (!facts.endsEmpty || facts.outputTokens === null || facts.chunks <= Math.max(1, facts.outputTokens)) return
  facts.chunks -= 1
  facts.lastTokenMs = facts.times[facts.chunks - 1] as number
  facts.endsEmpty = false
}
