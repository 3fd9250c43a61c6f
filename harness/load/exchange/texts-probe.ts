import { systemClock } from '../../clock.ts'
import type { Address } from '../../endpoint/address.ts'
import type { TimedResult } from '../../endpoint/timed-request.ts'
import { JoulemarkError } from '../../errors.ts'
import { type ChatLength, chatLengthOf } from '../../plan/chat-length.ts'
import type { TextsBody } from '../../plan/texts-body.ts'
import { makeConnectionSlots } from '../connection-slots.ts'
import { errorText } from '../error-text.ts'
import { refusalOf } from '../probe/refusal.ts'
import { makeExchange } from './exchange.ts'

/** The load that a probe stands for. */
export interface TextsProbe {
  readonly address: Address
  readonly apiKey: string | null
  readonly body: TextsBody
  /** Tokens of one text, with rerank of one pair of query and document. */
  readonly textTokens: number
  readonly timeoutMs: number
  /** Cuts the probe. */
  readonly signal: AbortSignal
}

export interface TextsFindings {
  /** The body of the load as this server takes it. */
  readonly body: TextsBody
  /** Time of one request alone on the server, in ms; null if it was cut. */
  readonly requestMs: number | null
  readonly simulated: boolean
}

/** Phase of the texts of a probe: no warm-up and no trial has the same. */
const PROBE_PHASE = -2
/** Words of the two texts that show how the server counts. */
const FEW_WORDS = 9
const MANY_WORDS = 265

/**
 * Sends the first request of a load of texts and judges it like any other. Found out on the way: whether the server takes
 * token ids, and if not, how it counts our words. Throws `bad-input` where the server refuses the request or the texts are
 * too short for its special tokens, and `environment` where it fails.
 */
export async function probeTexts(probe: TextsProbe): Promise<TextsFindings> {
  const { address, apiKey, signal, body, textTokens } = probe
  let topic = 0
  const send = async (plan: TextsBody, tokens: number): Promise<TimedResult> => {
    topic += 1
    const exchange = makeExchange({ address, apiKey, client: 'raw', body: plan }, systemClock.nowMs)
    const [slot] = makeConnectionSlots(address, 1, systemClock.nowMs)
    const request = { phase: PROBE_PHASE, topic, promptTokens: tokens * plan.perRequest, outputTokens: 0 }
    try {
      return await exchange(slot!, request, { now: systemClock.nowMs, timeoutMs: probe.timeoutMs, signal })
    } finally {
      slot!.connection.close()
    }
  }
  const orThrow = (result: TimedResult): TimedResult => {
    if (result.outcome === 'ok' || signal.aborted) return result
    const { outcome, httpStatus } = result
    throw refusalOf(address, { outcome, httpStatus, error: errorText(result.error, apiKey), apiKey })
  }
  if (body.vocab !== null) {
    const result = await send(body, textTokens)
    const mayRefuseIds = result.outcome === 'http-4xx' && (result.httpStatus === 400 || result.httpStatus === 422)
    if (!mayRefuseIds) return findingsOf(body, orThrow(result))
  }
  const words: TextsBody = { ...body, vocab: null }
  const length = await learnLength(probe, async (count) => orThrow(await send({ ...words, perRequest: 1 }, count)))
  const counted = length === null ? words : { ...words, length }
  return findingsOf(counted, orThrow(await send(counted, textTokens)))
}

/** How the server counts our words, by two texts of different lengths. Null if the probe was cut. */
async function learnLength(
  { address, textTokens, signal }: TextsProbe,
  ask: (words: number) => Promise<TimedResult>,
): Promise<ChatLength | null> {
  const many = Math.max(2, Math.min(MANY_WORDS, Math.floor(textTokens / 2)))
  const counts: { words: number; promptTokens: number }[] = []
  for (const words of [Math.min(FEW_WORDS, many - 1), many]) {
    const { facts } = await ask(words)
    if (signal.aborted) return null
    counts.push({ words, promptTokens: facts.promptTokens ?? 0 })
  }
  const [short, long] = counts
  const length = short && long ? chatLengthOf(short, long) : null
  if (length === null) {
    throw new JoulemarkError(
      'environment',
      `endpoint ${address.url}: usage.prompt_tokens does not grow with the text (${short?.promptTokens} tokens for ${short?.words} words, ${long?.promptTokens} for ${long?.words}): its length cannot be controlled`,
    )
  }
  if (textTokens < length.baseTokens) {
    throw new JoulemarkError(
      'bad-input',
      `endpoint ${address.url}: one word has ${length.baseTokens} tokens with the special tokens and the query, the scenario requires texts of ${textTokens}; expected texts.tokens of at least ${length.baseTokens}`,
    )
  }
  return length
}

const findingsOf = (body: TextsBody, { endMs, dispatchedMs, simulated }: TimedResult): TextsFindings => ({
  body,
  requestMs: Number.isFinite(endMs - dispatchedMs) ? endMs - dispatchedMs : null,
  simulated,
})
