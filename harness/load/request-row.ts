import type { TimedResult } from '../endpoint/timed-request.ts'
import { type RequestRow, roundMs } from '../record/rows.ts'
import { arrivalsOf } from './arrivals.ts'
import { errorText, reasonText } from './error-text.ts'

/** Which turn of which session a request is; null for one that counts for none. */
export type SessionPlace = { readonly id: number; readonly turn: number; readonly turnsLeft: number } | null

/** What is known about a request before it is sent; times in ms on the common clock, `originMs` is time 0 of the run. */
export interface RowIdentity {
  readonly trial: number
  readonly id: number
  readonly worker: number
  readonly scheduledMs: number
  readonly originMs: number
  /** Null for a prompt of a file, which only the server counts. */
  readonly plannedPromptTokens: number | null
  readonly plannedOutputTokens: number
  readonly session?: SessionPlace
}

/** A timed result as a row of the record: times on the run's clock, null where not reached, secrets removed. */
export function toRequestRow(identity: RowIdentity, result: TimedResult, secret: string | null): RequestRow {
  const { facts } = result
  const onRunClock = (ms: number): number | null => (Number.isNaN(ms) ? null : roundMs(ms - identity.originMs))
  return {
    trial: identity.trial,
    id: identity.id,
    worker: identity.worker,
    scheduledMs: roundMs(identity.scheduledMs - identity.originMs),
    dispatchedMs: onRunClock(result.dispatchedMs),
    firstByteMs: onRunClock(result.firstByteMs),
    firstChunkMs: onRunClock(facts.firstChunkMs),
    firstTokenMs: onRunClock(facts.firstTokenMs),
    lastTokenMs: onRunClock(facts.lastTokenMs),
    endMs: roundMs(result.endMs - identity.originMs),
    plannedPromptTokens: identity.plannedPromptTokens,
    plannedOutputTokens: identity.plannedOutputTokens,
    promptTokens: facts.promptTokens,
    outputTokens: facts.outputTokens,
    cachedTokens: facts.cachedTokens,
    chunks: facts.chunks,
    maxGapMs: maxGap(facts.times, facts.chunks),
    outcome: result.outcome,
    httpStatus: result.httpStatus,
    finishReason: facts.finishReason === null ? null : reasonText(facts.finishReason, secret),
    error: errorText(result.error, secret),
    ...arrivalsOf(facts),
    contentBytes: facts.chunks === 0 ? null : facts.contentBytes,
    ...reasoningOf(facts, onRunClock),
    session: identity.session?.id ?? null,
    turn: identity.session?.turn ?? null,
    turnsLeft: identity.session?.turnsLeft ?? null,
  }
}

/** What a row has of reasoning; all null where none was streamed. */
function reasoningOf(
  { reasoningChunks, reasoningCount, reasoningTokens, firstAnswerMs }: TimedResult['facts'],
  onRunClock: (ms: number) => number | null,
): Pick<RequestRow, 'firstAnswerMs' | 'reasoningTokens' | 'reasoningEvents' | 'reasoningCount'> {
  const isThere = reasoningChunks > 0
  return {
    firstAnswerMs: isThere ? onRunClock(firstAnswerMs) : null,
    reasoningTokens,
    reasoningEvents: isThere ? reasoningChunks : null,
    reasoningCount: isThere && reasoningCount > 0 ? reasoningCount : null,
  }
}

function maxGap(times: Float64Array, chunks: number): number | null {
  if (chunks < 2) return null
  let longest = 0
  for (let index = 1; index < chunks; index += 1) {
    longest = Math.max(longest, (times[index] as number) - (times[index - 1] as number))
  }
  return roundMs(longest)
}
