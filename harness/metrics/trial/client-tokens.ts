import { missing, quotient } from '../../record/measured.ts'
import type { RequestTable } from '../../record/request-table.ts'
import type { TokenRow } from '../../record/rows.ts'
import type { ClientTokens } from '../../record/schema/server.ts'
import type { Scenario } from '../../scenario/schema.ts'
import { AT_ONE_MOMENT } from './latency.ts'
import { isAtOnce, laterTokens } from './pace.ts'

/** A prompt or an answer within this many tokens, or this share, of what was requested is as long as requested. */
const LENGTH_SLACK_TOKENS = 2
const LENGTH_SLACK_SHARE = 0.01
/** The same for English prompts, which are cut to about the length. */
const ENGLISH_SLACK_SHARE = 0.2

/** How far two lengths of one prompt or answer are apart beyond the slack, in tokens; negative where it is shorter. */
function apart(got: number, asked: number, slackShare = LENGTH_SLACK_SHARE): number {
  const slack = Math.max(LENGTH_SLACK_TOKENS, asked * slackShare)
  return Math.abs(got - asked) > slack ? got - asked : 0
}

/** How the tokens of a run are counted. */
interface Counting {
  /** The model may end an answer before it has the tokens that were requested. */
  readonly mayEndEarly?: boolean
  /** How far, as a share, a prompt may be from what was requested: more for text that is cut by its bytes. */
  readonly promptSlackShare?: number
}

/** How the tokens of a scenario are counted. */
export const countingOf = (scenario: Scenario): Counting => ({
  mayEndEarly: scenario.kind === 'text' && scenario.output.ignoreEos === false,
  ...(scenario.kind === 'text' && scenario.prompt.text === 'english' ? { promptSlackShare: ENGLISH_SLACK_SHARE } : {}),
})

/**
 * Counts of the client over a whole trial, ramp-up and drain included, because the server's counters have no window.
 * Tokens are those of the server's usage, never chunks. The server may have made any number of tokens for a failed
 * request, from those it is known to have received up to those requested.
 */
export function clientTokensOf(
  requests: RequestTable,
  tokens: readonly TokenRow[],
  { mayEndEarly = false, promptSlackShare = LENGTH_SLACK_SHARE }: Counting = {},
): ClientTokens {
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
  let [promptsApart, answersApart] = [0, 0]
  let isPlanned = requests.length === 0
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
    if (!Number.isNaN(plannedPrompt[index])) isPlanned = true
    sums.plannedPrompt += known(plannedPrompt[index])
    sums.plannedOutput += known(plannedOutput[index])
    sums.prompt += known(prompt[index])
    sums.output += got
    sums.chunks += known(chunks[index])
    if (apart(prompt[index] as number, plannedPrompt[index] as number, promptSlackShare) !== 0) promptsApart += 1
    const answerApart = apart(got, plannedOutput[index] as number)
    if (mayEndEarly ? answerApart > 0 : answerApart !== 0) answersApart += 1
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
    plannedPromptTokens: isPlanned ? sums.plannedPrompt : missing('prompts of a file: only the server counts them'),
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
    promptsApart,
    answersApart,
  }
}

/** A missing number (NaN in the table) counts as 0 in a sum. */
const known = (value: number | undefined): number => (value === undefined || Number.isNaN(value) ? 0 : value)
