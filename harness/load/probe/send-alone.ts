import { systemClock } from '../../clock.ts'
import type { TimedResult } from '../../endpoint/timed-request.ts'
import type { JoulemarkError } from '../../errors.ts'
import type { BodyRequest } from '../../plan/body/body-plan.ts'
import type { CountedPrompt } from '../../plan/chat-length.ts'
import { makeConnectionSlots } from '../connection-slots.ts'
import { errorText } from '../error-text.ts'
import { makeExchange } from '../exchange/exchange.ts'
import type { WorkerPlan } from '../protocol.ts'
import { refusalOf } from './refusal.ts'

/** Phase of the prompts of a probe: no warm-up (-1) and no trial (0 and more) has the same. */
export const PROBE_PHASE = -2
/** Words of the two prompts that show how the server counts: enough that a rare word of two tokens matters little. */
const FEW_WORDS = 9
const MANY_WORDS = 265

/** How one request of a probe is sent. */
export interface Alone extends Pick<WorkerPlan, 'address' | 'apiKey' | 'client' | 'body'> {
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/**
 * Sends one request as a load worker does, on a connection of its own: a server may close an idle one at the moment when the
 * next request is sent on it.
 */
export async function sendAlone(alone: Alone, request: BodyRequest): Promise<TimedResult> {
  const now = systemClock.nowMs
  const exchange = await makeExchange(alone, now)
  const [slot] = makeConnectionSlots(alone.address, 1, now)
  try {
    return await exchange(slot!, request, { now, timeoutMs: alone.timeoutMs, signal: alone.signal })
  } finally {
    slot!.connection.close()
  }
}

/** The error of a run whose first request ended like this. */
export function failureOf(
  { address, apiKey }: Pick<Alone, 'address' | 'apiKey'>,
  { outcome, httpStatus, error }: TimedResult,
): JoulemarkError {
  return refusalOf(address, { outcome, httpStatus, error: errorText(error, apiKey), apiKey })
}

/**
 * How the server counts our words: a short and a longer prompt, at most half of `tokens` so that what the server adds fits
 * beside it. `ask` sends a prompt of a number of words; null from it, or here, where the probe was cut.
 */
export async function countWords(
  tokens: number,
  ask: (words: number) => Promise<TimedResult | null>,
): Promise<{ readonly short: CountedPrompt; readonly long: CountedPrompt } | null> {
  const many = Math.max(2, Math.min(MANY_WORDS, Math.floor(tokens / 2)))
  const counted = async (words: number): Promise<CountedPrompt | null> => {
    const result = await ask(words)
    return result === null ? null : { words, promptTokens: result.facts.promptTokens ?? 0 }
  }
  const short = await counted(Math.min(FEW_WORDS, many - 1))
  const long = short === null ? null : await counted(many)
  return short === null || long === null ? null : { short, long }
}
