/**
 * The rows of a run's CSV files. Times are milliseconds on the run's own clock (0 = `clock.originMs` of run.json),
 * rounded to the microsecond before they are used or written, so that values are computed from what is on disk.
 */

export const outcomes = [
  'ok',
  'http-4xx',
  'http-5xx',
  'stream-error',
  'truncated',
  'aborted',
  'timeout',
  'connect',
  'malformed',
] as const
export type Outcome = (typeof outcomes)[number]

/** A request that is sent later than this after it was due counts as sent late. */
const LATE_MS = 10
export const isSentLate = (scheduledMs: number, dispatchedMs: number): boolean => dispatchedMs - scheduledMs > LATE_MS

/** One request: its times in order, counts from the server's usage, and its outcome. Missing times are null. */
export interface RequestRow {
  /** Trial index from 0; warm-up requests are not kept. */
  readonly trial: number
  readonly id: number
  readonly worker: number
  readonly scheduledMs: number
  readonly dispatchedMs: number | null
  readonly firstByteMs: number | null
  /** First event of any kind, which vLLM's own client takes for the first token in chat. */
  readonly firstChunkMs: number | null
  readonly firstTokenMs: number | null
  readonly lastTokenMs: number | null
  readonly endMs: number
  /** The number requested by the harness; null for a prompt of a file, which only the server counts. */
  readonly plannedPromptTokens: number | null
  readonly plannedOutputTokens: number
  /** Reported by the server's usage. */
  readonly promptTokens: number | null
  readonly outputTokens: number | null
  readonly cachedTokens: number | null
  /** Events that carry a token: those with a choice, its text empty or not. */
  readonly chunks: number
  /** Longest gap between successive such events. */
  readonly maxGapMs: number | null
  readonly outcome: Outcome
  readonly httpStatus: number | null
  readonly finishReason: string | null
  /** One line, secrets removed; empty when ok. */
  readonly error: string
  /** Tokens that arrived with the first (arrivals.ts); null without a token or a count, and in older files. */
  readonly firstTokens: number | null
  /** Tokens that arrived at one moment with another one; null likewise. */
  readonly lumpedTokens: number | null
  /** Bytes of text in the events; null likewise. */
  readonly contentBytes: number | null
  /** First event of the answer itself, where reasoning came before it; null likewise, and without reasoning. */
  readonly firstAnswerMs: number | null
  /** Reasoning tokens by usage; null where the server does not report them. */
  readonly reasoningTokens: number | null
  /** Events with reasoning; null without any. */
  readonly reasoningEvents: number | null
  /** Output tokens by the running count of usage at the last of them; null without one. */
  readonly reasoningCount: number | null
  /** Number of its session; null without one, for a turn with which a session was joined, and in older files. */
  readonly session: number | null
  /** Its turn in the session, from 1, and the turns that come after it; null likewise. */
  readonly turn: number | null
  readonly turnsLeft: number | null
}

export const requestColumns = [
  'trial',
  'id',
  'worker',
  'scheduledMs',
  'dispatchedMs',
  'firstByteMs',
  'firstChunkMs',
  'firstTokenMs',
  'lastTokenMs',
  'endMs',
  'plannedPromptTokens',
  'plannedOutputTokens',
  'promptTokens',
  'outputTokens',
  'cachedTokens',
  'chunks',
  'maxGapMs',
  'outcome',
  'httpStatus',
  'finishReason',
  'error',
  'firstTokens',
  'lumpedTokens',
  'contentBytes',
  'firstAnswerMs',
  'reasoningTokens',
  'reasoningEvents',
  'reasoningCount',
  'session',
  'turn',
  'turnsLeft',
] as const satisfies readonly (keyof RequestRow)[]

/**
 * Output tokens of successful requests, by the bin of time in which they arrived. Bins without tokens have no row.
 * A bin is `TOKEN_BIN_MS` wide and starts at a multiple of it.
 */
export interface TokenRow {
  readonly trial: number
  readonly binStartMs: number
  readonly tokens: number
}
export const TOKEN_BIN_MS = 20
export const tokenColumns = ['trial', 'binStartMs', 'tokens'] as const satisfies readonly (keyof TokenRow)[]

/** Gaps between content events of successful requests, by the mean of their bucket (gap-buckets.ts). */
export interface GapRow {
  readonly trial: number
  readonly gapMs: number
  readonly count: number
}
export const gapColumns = ['trial', 'gapMs', 'count'] as const satisfies readonly (keyof GapRow)[]

/** One nvidia-smi sample of one GPU. `timeMs` is its nvidia-smi timestamp on the run's clock. */
export interface GpuRow {
  readonly timeMs: number
  /** When the harness received the line, on the run's clock. */
  readonly arrivalMs: number
  readonly uuid: string
  readonly powerW: number | null
  readonly powerInstantW: number | null
  readonly memoryUsedMiB: number | null
  readonly utilizationGpuPct: number | null
  readonly utilizationMemoryPct: number | null
  readonly smClockMHz: number | null
  readonly memClockMHz: number | null
  readonly temperatureC: number | null
  readonly pstate: string | null
  /** `clocks_event_reasons.active` as the hexadecimal mask that nvidia-smi prints. */
  readonly eventReasons: string | null
}
export const gpuColumns = [
  'timeMs',
  'arrivalMs',
  'uuid',
  'powerW',
  'powerInstantW',
  'memoryUsedMiB',
  'utilizationGpuPct',
  'utilizationMemoryPct',
  'smClockMHz',
  'memClockMHz',
  'temperatureC',
  'pstate',
  'eventReasons',
] as const satisfies readonly (keyof GpuRow)[]

/** One reading of NVML's energy counter of one GPU. It counts from the driver's last load. */
export interface CounterRow {
  readonly timeMs: number
  readonly uuid: string
  readonly energyMj: number
}
export const counterColumns = ['timeMs', 'uuid', 'energyMj'] as const satisfies readonly (keyof CounterRow)[]

/** One reading of the power of CPUs or server, by one sensor of one source: power, or the value of an energy counter. */
export interface WallRow {
  /** Halfway between request and answer. */
  readonly timeMs: number
  readonly source: string
  readonly domain: string
  readonly powerW: number | null
  readonly energyUj: number | null
}
export const wallColumns = [
  'timeMs',
  'source',
  'domain',
  'powerW',
  'energyUj',
] as const satisfies readonly (keyof WallRow)[]

/** One scraped value of the server's own counters. */
export interface ServerRow {
  readonly timeMs: number
  /** `before`, `during` or `after` a trial. */
  readonly phase: string
  readonly trial: number
  readonly metric: string
  readonly value: number
}
export const serverColumns = [
  'timeMs',
  'phase',
  'trial',
  'metric',
  'value',
] as const satisfies readonly (keyof ServerRow)[]

/** One line of a training command: a step, or the steps since its last line. `timeMs` is when the harness received it. */
export interface StepRow {
  readonly trial: number
  readonly step: number
  readonly timeMs: number
  /** Tokens since the last line; null if the command does not report them. */
  readonly tokens: number | null
  /** Null if it is not finite or not reported. */
  readonly loss: number | null
}
export const stepColumns = ['trial', 'step', 'timeMs', 'tokens', 'loss'] as const satisfies readonly (keyof StepRow)[]

/** Microsecond precision: finer than the accuracy of any clock here, and readable. */
export const roundMs = (value: number): number => Math.round(value * 1000) / 1000
