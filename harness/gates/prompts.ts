import { sharedPromptTokens } from '../scenario/load-shape.ts'
import { type GateResult, gateResult, notMeasured, percent, type TextGateInput } from './gate.ts'

/** Lengths may be this far from the scenario's (metrics section 7). */
const LENGTH_TOLERANCE = 0.01
/** Prefix hits under this share of the prompt tokens looked up are a warning where none are wanted, else a failure. */
const STRAY_HITS = 0.005
/** Hits may be this far from what the stated shared prefix makes: the first request of it finds nothing. */
const HIT_TOLERANCE = 0.1

/**
 * Fails when prompts, by the server's own usage, are more than 1 % longer or shorter than what was asked for; and when
 * answers are, because an answer that ends early is another load. Chat templates add tokens that only the server can
 * count, so that prompts of the chat API are reported and not judged.
 */
export function promptShape(record: TextGateInput): GateResult {
  if (record.scenario.kind !== 'text') return notMeasured('only text has prompts and answers of a set length')
  const counted = record.trials.flatMap((trial) => (trial.clientTokens ? [trial.clientTokens] : []))
  const ok = counted.reduce((sum, tokens) => sum + tokens.requestsOk, 0)
  if (ok === 0) return notMeasured(record.trials.length === 0 ? 'no trial was run' : 'no request succeeded')
  const total = (of: (tokens: (typeof counted)[number]) => number) => counted.reduce((sum, each) => sum + of(each), 0)
  const prompt = { got: total((each) => each.usagePromptTokens), asked: total((each) => each.plannedPromptTokens) }
  const answer = { got: total((each) => each.usageOutputTokens), asked: total((each) => each.plannedOutputTokens) }
  const off = ({ got, asked }: typeof prompt) => (asked === 0 ? 0 : Math.abs(got / asked - 1))
  const chat = record.scenario.api === 'chat'
  const mean = (tokens: number) => (tokens / ok).toFixed(1)
  const evidence = [
    `prompts of ${mean(prompt.got)} tokens by usage, ${mean(prompt.asked)} asked for`,
    `answers of ${mean(answer.got)}, ${mean(answer.asked)} asked for`,
    `${ok} requests (allowed ± ${percent(LENGTH_TOLERANCE)}${chat ? '; the chat template adds to prompts, which are not judged' : ''})`,
  ].join('; ')
  const wrong = off(answer) > LENGTH_TOLERANCE || (!chat && off(prompt) > LENGTH_TOLERANCE)
  return gateResult(wrong ? 'fail' : 'pass', evidence)
}

/**
 * Fails when the prefix cache served what the scenario wants computed, or not what it wants cached. Cold: no hits.
 * `shared:N` and warm: N (or all but one) tokens a prompt in whole blocks. Conversations and traces find their own
 * earlier turns, which is their point: the share is reported.
 */
export function cacheClean(record: TextGateInput): GateResult {
  const { scenario, endpoint } = record
  if (scenario.kind !== 'text') return notMeasured('only text has a prefix cache')
  const seen = hitsOf(record)
  if ('reason' in seen) {
    return endpoint.serving?.prefixCaching === false && scenario.prompt.prefixCache === 'cold'
      ? gateResult('pass', 'the server runs without prefix caching')
      : notMeasured(seen.reason)
  }
  const { hits, queries, preemptions, source } = seen
  const share = queries > 0 ? hits / queries : 0
  const found = `${hits} of ${queries} prompt tokens came from the prefix cache (${percent(share)}, ${source})`
  if (scenario.load.shape === 'trace' || (scenario.load.shape === 'closed' && scenario.load.session)) {
    return gateResult('pass', `${found}; this load repeats prefixes of its own`)
  }
  const wanted = sharedPromptTokens(scenario.prompt.prefixCache, scenario.prompt.tokens)
  if (wanted === 0) {
    const why = preemptions > 0 ? `; ${preemptions} preemptions: a request that comes back may find its own blocks` : ''
    return gateResult(
      share > STRAY_HITS ? 'fail' : hits > 0 ? 'warn' : 'pass',
      `${found}; the scenario wants none${why}`,
    )
  }
  // vLLM always computes the last token, and serves whole blocks only
  const block = endpoint.serving?.kvBlockTokens ?? 16
  const perPrompt = Math.floor(Math.min(wanted, scenario.prompt.tokens - 1) / block) * block
  const expected = perPrompt / scenario.prompt.tokens
  const evidence = `${found}; ${scenario.prompt.prefixCache} makes ${percent(expected)} in blocks of ${block}`
  return gateResult(Math.abs(share - expected) <= HIT_TOLERANCE * Math.max(expected, 0.01) ? 'pass' : 'fail', evidence)
}

interface Hits {
  readonly hits: number
  readonly queries: number
  readonly preemptions: number
  readonly source: string
}

/** Hits by the server's counters; by usage, where only that tells them. */
function hitsOf(record: TextGateInput): Hits | { readonly reason: string } {
  const servers = record.trials.flatMap((trial) => (trial.server ? [trial.server] : []))
  const clients = record.trials.flatMap((trial) => (trial.clientTokens ? [trial.clientTokens] : []))
  const preemptions = servers.reduce((sum, server) => sum + (server.preemptions ?? 0), 0)
  const counted = servers.map((server) => [server.prefixCacheHits, server.prefixCacheQueries] as const)
  if (counted.length > 0 && counted.every(([hits, queries]) => hits !== null && queries !== null)) {
    const hits = counted.reduce((sum, [each]) => sum + (each ?? 0), 0)
    const queries = counted.reduce((sum, [, each]) => sum + (each ?? 0), 0)
    return { hits, queries, preemptions, source: "the server's counters" }
  }
  const told = clients.filter((client) => client.usageCachedTokens !== null)
  if (told.length > 0 && told.length === record.trials.length) {
    const hits = told.reduce((sum, client) => sum + (client.usageCachedTokens ?? 0), 0)
    const queries = told.reduce((sum, client) => sum + client.usagePromptTokens, 0)
    return { hits, queries, preemptions, source: 'usage' }
  }
  const why = servers.find((server) => server.prefixCacheHits === null)?.reasons['prefixCacheHits']
  return { reason: `prefix_cache_hits: ${why ?? 'not in this record'}; usage does not tell cached tokens either` }
}
