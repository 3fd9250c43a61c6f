/** Arrival of the first and the last token of an answer (ms on one clock), and its tokens. */
export interface TokenSpan {
  readonly firstMs: number
  readonly lastMs: number
  /** As the server's usage counts them. */
  readonly tokens: number
  /** Tokens that arrived with the first one; NaN in older records, which assumed one. */
  readonly firstTokens: number
}

/** No model makes the tokens of one stream faster than this: tokens that do arrive at the speed of the network. */
const SHORTEST_TOKEN_MS = 0.1

/** Tokens that arrived after the first moment: those that the time from the first to the last one was spent on. */
export const laterTokens = ({ tokens, firstTokens }: TokenSpan): number =>
  tokens - (Number.isNaN(firstTokens) ? 1 : firstTokens)

/**
 * TPOT of one answer in ms (docs/metrics.md#one-request): (last - first) / tokens that arrived after the first moment.
 * NaN where there is none: an answer of one token, or one whose tokens all arrived at one moment.
 */
export function tpotMsOf(span: TokenSpan): number {
  const later = laterTokens(span)
  if (!(later > 0 && span.lastMs > span.firstMs)) return Number.NaN
  const tpotMs = (span.lastMs - span.firstMs) / later
  return Number.isNaN(span.firstTokens) || tpotMs >= SHORTEST_TOKEN_MS ? tpotMs : Number.NaN
}

/** Whether an answer of several tokens arrived whole at one moment. */
export const isAtOnce = (span: TokenSpan): boolean =>
  span.tokens > 1 && span.lastMs >= span.firstMs && Number.isNaN(tpotMsOf(span))
