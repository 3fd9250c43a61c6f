import { missing, numberOf } from '../../record/measured.ts'
import type { ClientTokens, ServerTrial } from '../../record/schema/server.ts'
import type { TextTrial } from '../../record/schema/trial.ts'
import { noPercentiles } from '../../stats/percentiles.ts'
import type { Slo } from './slo.ts'

/** Up to this many tokens per event there is nothing to explain: some servers send a token or two of an answer without an event. */
const MOST_TOKENS_PER_EVENT = 1.1
/** Tokens cannot arrive faster than they are made; the counters include the requests of the ramp-up, which are faster. */
const SHARE_OF_SERVER_TIME = 0.9
/** Text of fewer bytes per counted token than this does not hold them all; a token of prose or code has three to five. */
const FEWEST_BYTES_PER_TOKEN = 3

/**
 * Why tokens of a trial were counted by the server's usage but never sent, or null where all were. Events of several tokens
 * (`--stream-interval`, a busy front end) are told from events that are missing by the server's own time per token; without
 * its counters, by the length of the text. Records that do not say how tokens arrived give null.
 */
export function unsentTokens(client: ClientTokens, server: ServerTrial | undefined): string | null {
  const { usageOutputTokens: tokens, contentEvents: events, contentBytes } = client
  if (contentBytes === undefined || events === 0 || tokens / events <= MOST_TOKENS_PER_EVENT) return null
  const counted = `usage counts ${tokens} output tokens, ${events} events carried one`
  const [clientMs, serverMs] = [numberOf(client.tpotMeanMs), server ? serverTokenMs(server) : null]
  if (clientMs !== null && serverMs !== null) {
    return clientMs >= SHARE_OF_SERVER_TIME * serverMs
      ? null
      : `${counted}: by that count a token took ${clientMs.toFixed(2)} ms, at the server ${serverMs.toFixed(2)} ms: tokens are counted but never sent`
  }
  if (contentBytes / tokens >= FEWEST_BYTES_PER_TOKEN) return null
  return `${counted}, with ${(contentBytes / tokens).toFixed(1)} bytes of text per token: tokens are counted but never sent`
}

/** The time in which the engine makes a token of one stream, ms; null where the server does not count that. */
function serverTokenMs({ itlMeanMs, tokensPerStep }: ServerTrial): number | null {
  const [stepMs, perStep] = [numberOf(itlMeanMs), numberOf(tokensPerStep)]
  return stepMs === null || perStep === null || perStep <= 0 ? null : stepMs / perStep
}

/** A trial whose counts are known: without TPOT, decode rate and what depends on them where tokens were never sent. */
export function withoutUnsentPace(trial: TextTrial, slo: Slo | undefined): TextTrial {
  const reason = trial.clientTokens ? unsentTokens(trial.clientTokens, trial.server) : null
  if (reason === null) return trial
  const none = missing(reason)
  const limited = slo?.tpotMs === undefined ? {} : { goodputRequestsPerS: none, sloShare: none }
  const { sessions } = trial
  const byTurn = sessions?.byTurn.map((turns) => ({ ...turns, tpotMs: noPercentiles(reason) })) ?? []
  const goodShare = slo?.tpotMs === undefined ? {} : { goodShare: none }
  return {
    ...trial,
    tpotMs: noPercentiles(reason),
    decodeTokensPerS: none,
    ...limited,
    ...(sessions ? { sessions: { ...sessions, byTurn, ...goodShare } } : {}),
  }
}
