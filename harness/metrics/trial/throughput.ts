import type { RequestTable } from '../../record/request-table.ts'
import { TOKEN_BIN_MS, type TokenRow } from '../../record/rows.ts'
import { ratio } from '../../stats/ratio.ts'

/** Output tokens that arrived inside a window whose edges lie on bin edges. */
export function tokensInside(tokens: readonly TokenRow[], startMs: number, endMs: number): number {
  let total = 0
  for (const row of tokens) {
    if (row.binStartMs >= startMs && row.binStartMs + TOKEN_BIN_MS <= endMs) total += row.tokens
  }
  return total
}

/** vLLM's `output_throughput`: all output tokens of successful requests / first dispatch to last completion, ramp-up and drain included. */
export function wholeTrialTokensPerS(requests: RequestTable): number | null {
  const dispatched = requests.column('dispatchedMs')
  const ended = requests.column('endMs')
  const outputTokens = requests.column('outputTokens')
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  let tokens = 0
  for (let index = 0; index < requests.length; index += 1) {
    const sent = dispatched[index] as number
    if (Number.isNaN(sent)) continue
    first = Math.min(first, sent)
    last = Math.max(last, ended[index] as number)
    if (requests.isOk(index)) tokens += outputTokens[index] as number
  }
  // a successful request of unknown token count makes the sum NaN, and the rate with it
  return ratio(tokens, (last - first) / 1000)
}
