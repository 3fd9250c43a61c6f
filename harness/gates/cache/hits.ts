import { isKnown, type Measured, numberOf, reasonOf } from '../../record/measured.ts'
import type { TextTrial } from '../../record/schema/trial.ts'
import { trialsOfKind } from '../../record/trials-of-kind.ts'
import { sumOf, type TextGateInput } from '../gate.ts'

/** Prompt tokens of a run that were looked up in the prefix cache, and those that were found. */
export interface Hits {
  readonly hits: number
  readonly queries: number
}

/** Hits of all trials by one source, or why that source does not tell them. */
export type HitsBySource = Hits | { readonly reason: string }

/** Hits by the server's counters, over all trials. */
export const hitsByCounters = (record: TextGateInput): HitsBySource =>
  hitsIn(
    record,
    ({ server }) => server && [server.prefixCacheHits, server.prefixCacheQueries],
    'the counters of the server were not read',
  )

/** Hits by the usage of the answers, over all requests that succeeded. */
export const hitsByUsage = (record: TextGateInput): HitsBySource =>
  hitsIn(
    record,
    ({ clientTokens }) => clientTokens && [clientTokens.usageCachedTokens, clientTokens.usagePromptTokens],
    'usage was not kept',
  )

function hitsIn(
  { trials }: TextGateInput,
  countsOf: (trial: TextTrial) => readonly [hits: Measured, queries: Measured] | undefined,
  lacking: string,
): HitsBySource {
  const counts = trialsOfKind(trials, 'text').map(countsOf)
  const known = counts.filter((each) => each !== undefined)
  const why = known.flat().find((value) => !isKnown(value))
  if (why !== undefined) return { reason: reasonOf(why) ?? lacking }
  if (known.length === 0 || known.length < counts.length) return { reason: lacking }
  return {
    hits: sumOf(known, ([hits]) => numberOf(hits) ?? 0),
    queries: sumOf(known, ([, queries]) => numberOf(queries) ?? 0),
  }
}

/** Hits by the server's counters, or by usage if only usage reports them. */
export function hitsOf(
  record: TextGateInput,
): (Hits & { readonly preemptions: number; readonly source: string }) | { readonly reason: string } {
  const servers = trialsOfKind(record.trials, 'text').flatMap((trial) => (trial.server ? [trial.server] : []))
  const preemptions = sumOf(servers, (server) => numberOf(server.preemptions) ?? 0)
  const counters = hitsByCounters(record)
  if (!('reason' in counters)) return { ...counters, preemptions, source: "the server's counters" }
  const usage = hitsByUsage(record)
  if (!('reason' in usage)) return { ...usage, preemptions, source: 'usage' }
  return { reason: `prefix_cache_hits: ${counters.reason}; usage: ${usage.reason}` }
}
