import type { StreamFacts } from '../endpoint/wire/stream-facts.ts'

/** How the tokens of one answer arrived: all as estimated from its events, in tokens. */
export interface Arrivals {
  /** Tokens that arrived with the first: they do not belong to the time after it. Null without a token or a count. */
  readonly firstTokens: number | null
  /** Tokens that arrived at one moment with another one. Null without a token or a count. */
  readonly lumpedTokens: number | null
}

/**
 * Events closer than this arrived at one moment: a lump of events is read in one piece, or in a few that follow at the
 * speed of the network. Between 0.1 and 1 ms it depends on the stream: a tenth of its mean time per token.
 */
const SHORTEST_GAP_MS = 0.1
const LONGEST_GAP_MS = 1
const SHARE_OF_TOKEN_TIME = 0.1

/** Up to this many tokens per event, each event is one token; beyond, events are bundles. */
const MOST_TOKENS_OF_SINGLE_EVENTS = 1.1

type Facts = Pick<StreamFacts, 'times' | 'chunks' | 'contentBytes' | 'firstBytes' | 'firstCount' | 'outputTokens'>

/**
 * Counts the tokens of an answer that arrived together. Events are single tokens where there are about as many as usage
 * counts tokens. Where there are fewer, the first arrival has its share of the text (or the server's running count).
 */
export function arrivalsOf(facts: Facts): Arrivals {
  const { chunks, outputTokens } = facts
  if (chunks === 0 || outputTokens === null) return { firstTokens: null, lumpedTokens: null }
  const { first, lumped } = momentsOf(facts, outputTokens)
  const perEvent = outputTokens / chunks
  const isBundled = perEvent > MOST_TOKENS_OF_SINGLE_EVENTS
  const within = (tokens: number) => Math.min(outputTokens, Math.round(tokens))
  // of bundled tokens at least those beyond one per event came with another one
  const lumpedTokens = within(Math.max(lumped * perEvent, isBundled ? 2 * (outputTokens - chunks) : 0))
  return { firstTokens: within(Math.max(1, firstTokensOf(facts, { first, perEvent, isBundled }))), lumpedTokens }
}

/** Tokens of the first event by the running count, at most, as a multiple of those that its share of the text stands for. */
const MOST_OF_TEXT = 4

function firstTokensOf(
  { firstCount, firstBytes, contentBytes, outputTokens, chunks }: Facts,
  { first, perEvent, isBundled }: { first: number; perEvent: number; isBundled: boolean },
): number {
  const byText = contentBytes === 0 ? first * perEvent : ((outputTokens ?? 0) * firstBytes) / contentBytes
  // a count far beyond what the text can hold is of tokens that were never sent
  const isHeld = firstCount !== null && firstCount <= MOST_OF_TEXT * Math.max(byText, first)
  if (isHeld) return Math.max(firstCount, first)
  if (!isBundled || contentBytes === 0 || first === chunks) return first * perEvent
  return Math.max(first, byText)
}

/** Events at the first moment, and events at any moment that has several. */
function momentsOf({ times, chunks }: Facts, outputTokens: number): { first: number; lumped: number } {
  const spanMs = (times[chunks - 1] as number) - (times[0] as number)
  const tokenMs = spanMs / Math.max(1, outputTokens - 1)
  const gapMs = Math.max(SHORTEST_GAP_MS, Math.min(LONGEST_GAP_MS, tokenMs * SHARE_OF_TOKEN_TIME))
  let first = 0
  let lumped = 0
  let size = 1
  const close = () => {
    if (first === 0) first = size
    if (size > 1) lumped += size
    size = 1
  }
  for (let index = 1; index < chunks; index += 1) {
    if ((times[index] as number) - (times[index - 1] as number) <= gapMs) size += 1
    else close()
  }
  close()
  return { first, lumped }
}
