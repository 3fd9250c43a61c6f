import type { Address } from '../../endpoint/address.ts'
import type { TimedResult } from '../../endpoint/timed-request.ts'
import { JoulemarkError } from '../../errors.ts'
import { type ChatLength, chatLengthOf } from '../../plan/chat-length.ts'
import type { TextsBody } from '../../plan/texts-body.ts'
import { countWords, failureOf, PROBE_PHASE, sendAlone } from './send-alone.ts'

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

/**
 * Sends the first request of a load of texts and judges it like any other. Found out on the way: whether the server takes
 * token ids, and if not, how it counts our words. Throws `bad-input` where the server refuses the request or the texts are
 * too short for its special tokens, and `environment` where it fails.
 */
export async function probeTexts(probe: TextsProbe): Promise<TextsFindings> {
  const { signal, body, textTokens } = probe
  let topic = 0
  const send = async (plan: TextsBody, tokens: number): Promise<TimedResult> => {
    topic += 1
    const request = { phase: PROBE_PHASE, topic, promptTokens: tokens * plan.perRequest, outputTokens: 0 }
    return sendAlone({ ...probe, client: 'raw', body: plan }, request)
  }
  const orThrow = (result: TimedResult): TimedResult => {
    if (result.outcome === 'ok' || signal.aborted) return result
    throw failureOf(probe, result)
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
  const counts = await countWords(textTokens, async (words) => {
    const result = await ask(words)
    return signal.aborted ? null : result
  })
  if (counts === null) return null
  const { short, long } = counts
  const length = chatLengthOf(short, long)
  if (length === null) {
    throw new JoulemarkError(
      'environment',
      `endpoint ${address.url}: usage.prompt_tokens does not grow with the text (${short.promptTokens} tokens for ${short.words} words, ${long.promptTokens} for ${long.words}): its length cannot be controlled`,
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
