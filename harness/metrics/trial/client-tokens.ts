import { missing, quotient } from '../../record/measured.ts'
import type { RequestTable } from '../../record/request-table.ts'
import type { TokenRow } from '../../record/rows.ts'
import type { ClientTokens } from '../../record/schema/server.ts'
import { AT_ONE_MOMENT } from './latency.ts'
import { isAtOnce, laterTokens } from './pace.ts'

/**
 * Counts of the client over a whole trial, ramp-up and drain included, because the server's counters have no window.
 * Tokens are those of the server's usage, never chunks. The server may have made any number of tokens for a failed
 * request, from those it is known to have received up to those requested.
 */
export function clientTokensOf(requests: RequestTable, tokens: readonly TokenRow[]): ClientTokens {
  const column = (name: Parameters<RequestTable['column']>[0]) => requests.column(name)
  const plannedPrompt = column('plannedPromptTokens')
  const plannedOutput = column('plannedOutputTokens')
  const prompt = column('promptTokens')
  const output = column('outputTokens')
  const cached = column('cachedTokens')
  const chunks = column('chunks')
  const dispatched = column('dispatchedMs')
  const first = column('firstTokenMs')
  const last = column('lastTokenMs')
  const firstTokens = column('firstTokens')
  const lumped = column('lumpedTokens')
  const contentBytes = column('contentBytes')
  let requestsOk = 0
  const sums = {
    plannedPrompt: 0,
    plannedOutput: 0,
    prompt: 0,
    output: 0,
    cached: 0,
    chunks: 0,
    failed: 0,
    failedMost: 0,
    lumped: 0,
    atOnce: 0,
    contentBytes: 0,
  }
  const ttft = { sumMs: 0, n: 0 }
  const decode = { sumMs: 0, tokens: 0 }
  let isReported = false
  // older rows do not say how tokens arrived
  let isTimed = false
  for (let index = 0; index < requests.length; index += 1) {
    const got = known(output[index])
    if (!requests.isOk(index)) {
      sums.failed += got
      sums.failedMost += Math.max(got, known(plannedOutput[index]))
      continue
    }
    requestsOk += 1
    sums.plannedPrompt += known(plannedPrompt[index])
    sums.plannedOutput += known(plannedOutput[index])
    sums.prompt += known(prompt[index])
    sums.output += got
    sums.chunks += known(chunks[index])
    if (!Number.isNaN(cached[index])) isReported = true
    sums.cached += known(cached[index])
    const ttftMs = (first[index] as number) - (dispatched[index] as number)
    if (!Number.isNaN(ttftMs)) {
      ttft.sumMs += ttftMs
      ttft.n += 1
    }
    const isTimedHere = !Number.isNaN(lumped[index])
    isTimed ||= isTimedHere
    sums.lumped += known(lumped[index])
    sums.contentBytes += known(contentBytes[index])
    const span = {
      firstMs: first[index] as number,
      lastMs: last[index] as number,
      tokens: got,
      firstTokens: firstTokens[index] as number,
    }
    const decodeMs = span.lastMs - span.firstMs
    if (isTimedHere && isAtOnce(span)) sums.atOnce += 1
    else if (got > 1 && !Number.isNaN(decodeMs)) {
      decode.sumMs += decodeMs
      decode.tokens += laterTokens(span)
    }
  }
  return {
    requestsOk,
    requestsFailed: requests.length - requestsOk,
    plannedPromptTokens: sums.plannedPrompt,
    plannedOutputTokens: sums.plannedOutput,
    usagePromptTokens: sums.prompt,
    usageOutputTokens: sums.output,
    usageCachedTokens: isReported ? sums.cached : missing('the server does not report cached tokens'),
    streamedOutputTokens: tokens.reduce((sum, row) => sum + row.tokens, 0),
    contentEvents: sums.chunks,
    failedOutputTokens: sums.failed,
    failedOutputTokensMost: sums.failedMost,
    ttftMeanMs: quotient(ttft.sumMs, ttft.n, 'no successful request has the time of its first token'),
    tpotMeanMs: quotient(
      decode.sumMs,
      decode.tokens,
      sums.atOnce > 0 ? AT_ONE_MOMENT : 'no successful request has several tokens',
    ),
    ...(isTimed ? { lumpedTokens: sums.lumped, requestsAtOnce: sums.atOnce, contentBytes: sums.contentBytes } : {}),
  }
}

/** A missing number (NaN in the table) counts as 0 in a sum. */
const known = (value: number | undefined): number => (value === undefined || Number.isNaN(value) ? 0 : value)
