import type { Address } from '../../endpoint/address.ts'
import { plainFingerprint } from '../../endpoint/fingerprint-text.ts'
import type { TimedResult } from '../../endpoint/timed-request.ts'
import { JoulemarkError } from '../../errors.ts'
import { type BodyPlan, type BodyRequest, hasTextPrompts } from '../../plan/body/body-plan.ts'
import { type ChatLength, chatLengthOf } from '../../plan/chat-length.ts'
import { type TextLength, textLengthOf } from '../../plan/prompts/english.ts'
import { fieldsOf } from '../../plan/prompts/prompt-table.ts'
import { withoutRefused } from './refused-parts.ts'
import { countWords, failureOf, PROBE_PHASE, sendAlone } from './send-alone.ts'

/** The load that a probe stands for. */
export interface ProbeLoad {
  readonly address: Address
  readonly apiKey: string | null
  readonly client: 'raw' | 'sdk'
  readonly body: BodyPlan
  /** The shortest prompt of the load, in tokens; that of its first request unless given. */
  readonly leastPromptTokens?: number
  /** Its first request. */
  readonly first: Pick<BodyRequest, 'promptTokens' | 'outputTokens' | 'sharedBlocks' | 'chosen'>
  readonly timeoutMs: number
  /** Cuts the probe. */
  readonly signal: AbortSignal
  /** Called once when an answer takes long. */
  readonly onSlow: () => void
}

/** What a probe found out about a server. */
export interface ProbeFindings {
  /** The body of the load as this server takes it. */
  readonly body: BodyPlan
  /** From the first byte sent to the last token of the request, alone on the server, in ms. Null if it was cut. */
  readonly requestMs: number | null
  readonly ttftMs: number | null
  /** `usage.prompt_tokens` of the first request of the load; null if it was cut. */
  readonly promptTokens: number | null
  readonly fingerprint: string | null
  /** Whether the answer carries the stamp of the simulator. */
  readonly simulated: boolean
}

const SLOW_AFTER_MS = 5000

/**
 * Sends the first request of a load through the timing client, on a connection of its own, and judges it like any other:
 * what would fail every request is one line before anything is written. Two facts are found out on the way: which parts of
 * the request the server takes, and how it counts prompts that are text. Throws `bad-input` where the server refuses the
 * request, and `environment` where it fails.
 */
export async function probeLoad(load: ProbeLoad): Promise<ProbeFindings> {
  const send = senderOf(load)
  let body: BodyPlan = { continuousUsage: true, ...load.body }
  let topic = 0
  /** One request of the load; null if it was cut. Without what the server refuses, from its first refusal on. */
  const ask = async (request: Omit<BodyRequest, 'phase' | 'topic'>): Promise<TimedResult | null> => {
    topic += 1
    const identity = { phase: PROBE_PHASE, topic }
    let result = await send(body, { ...request, ...identity })
    while (mayRefuseOption(result)) {
      const fewer = withoutRefused(body, result.error)
      if (fewer === null) break
      body = fewer
      result = await send(body, { ...request, ...identity })
    }
    if (result.outcome === 'ok') return result
    if (load.signal.aborted) return null
    throw failureOf(load, result)
  }
  /** The first request of the load, with a prompt of exact length where it is text. */
  const askFirst = async (): Promise<TimedResult | null> => {
    if (body.text) {
      const length = await learnTextLength(load, ask)
      if (length !== null) body = { ...body, text: { ...body.text, length } }
      return ask(load.first)
    }
    if (body.prompts || !hasTextPrompts(body)) return ask(load.first)
    const chatLength = await learnChatLength(load, ask)
    if (chatLength !== null) body = { ...body, chatLength }
    return ask(load.first)
  }
  const wasText = hasTextPrompts(body)
  let result = await askFirst()
  // a server that refused token ids has counted no text yet
  if (hasTextPrompts(body) && !wasText) result = await askFirst()
  const promptTokens = result?.facts.promptTokens ?? null
  if (body.prompts && load.first.chosen && promptTokens !== null) {
    body = { ...body, tokensPerByte: promptTokens / fieldsOf(body.prompts, load.first.chosen.entry).length }
  }
  return findingsOf(body, result, load.apiKey)
}

/** How the server counts our words, by two prompts with answers of one token. Null if it was cut or the counts do not grow. */
async function learnChatLength(
  { first, address, leastPromptTokens = first.promptTokens }: ProbeLoad,
  ask: (request: Omit<BodyRequest, 'phase' | 'topic'>) => Promise<TimedResult | null>,
): Promise<ChatLength | null> {
  // before the length is known, a prompt of n tokens has n words
  const counts = await countWords(first.promptTokens, (words) => ask({ promptTokens: words, outputTokens: 1 }))
  if (counts === null) return null
  const length = chatLengthOf(counts.short, counts.long)
  if (length !== null && leastPromptTokens < length.baseTokens) {
    throw new JoulemarkError(
      'bad-input',
      `endpoint ${address.url}: the template and one word have ${length.baseTokens} tokens, the scenario requires prompts of ${leastPromptTokens}; expected prompt.tokens of ${length.baseTokens} or more`,
    )
  }
  return length
}

/** Bytes of a short English prompt, and how many of each length are counted: a passage has more tokens per byte than another. */
const FEW_BYTES = 64
const COUNTED_PASSAGES = 5
/** Bytes per English word piece in most vocabularies: only the length of the counted passages depends on it. */
const USUAL_BYTES_PER_TOKEN = 4

/** How the server counts English text, by some short and some long prompts. Null if it was cut or the counts do not grow. */
async function learnTextLength(
  { first }: ProbeLoad,
  ask: (request: Omit<BodyRequest, 'phase' | 'topic'>) => Promise<TimedResult | null>,
): Promise<TextLength | null> {
  const many = Math.max(2 * FEW_BYTES, Math.round(first.promptTokens * USUAL_BYTES_PER_TOKEN * 0.8))
  const sums = { few: 0, many: 0 }
  for (let passage = 0; passage < COUNTED_PASSAGES; passage += 1) {
    for (const [key, bytes] of [
      ['few', FEW_BYTES],
      ['many', many],
    ] as const) {
      // before the length is known, a prompt of n tokens has n bytes
      const result = await ask({ promptTokens: bytes, outputTokens: 1 })
      if (result === null) return null
      sums[key] += result.facts.promptTokens ?? 0
    }
  }
  return textLengthOf(
    { bytes: FEW_BYTES, promptTokens: sums.few / COUNTED_PASSAGES },
    { bytes: many, promptTokens: sums.many / COUNTED_PASSAGES },
  )
}

/** Sends requests as a load worker does, one at a time. */
function senderOf(load: ProbeLoad): (body: BodyPlan, request: BodyRequest) => Promise<TimedResult> {
  let isReported = false
  return async (body, request) => {
    const slow = setTimeout(() => {
      if (!isReported) load.onSlow()
      isReported = true
    }, SLOW_AFTER_MS)
    try {
      return await sendAlone({ ...load, body }, request)
    } finally {
      clearTimeout(slow)
    }
  }
}

/** A refusal that may be about an optional field of the body: a server that does not know it may refuse it. */
const mayRefuseOption = ({ outcome, httpStatus }: TimedResult): boolean =>
  outcome === 'http-4xx' && (httpStatus === 400 || httpStatus === 422)

function findingsOf(body: BodyPlan, result: TimedResult | null, apiKey: string | null): ProbeFindings {
  if (result === null) {
    return { body, requestMs: null, ttftMs: null, promptTokens: null, fingerprint: null, simulated: false }
  }
  const { facts, dispatchedMs } = result
  const spanTo = (ms: number): number | null => (Number.isFinite(ms - dispatchedMs) ? ms - dispatchedMs : null)
  return {
    body,
    requestMs: spanTo(facts.lastTokenMs),
    ttftMs: spanTo(facts.firstTokenMs),
    promptTokens: facts.promptTokens,
    fingerprint: facts.systemFingerprint === null ? null : plainFingerprint(facts.systemFingerprint, apiKey),
    simulated: result.simulated,
  }
}
