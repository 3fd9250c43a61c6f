import { askedHitShare, HIT_RATE_TOLERANCE } from '../../scenario/load-shape.ts'
import { defineGate, gateResult, notMeasured } from '../gate.ts'
import { failsAbove, isBeyond, limitText, percent } from '../threshold.ts'
import { type HitsBySource, hitsByCounters, hitsByUsage } from './hits.ts'

const rateDifference = failsAbove({
  what: 'difference between the hit rate that was asked for and a measured one',
  value: HIT_RATE_TOLERANCE * 100,
  unit: 'percentage points',
})

/** A load with another hit rate than the one asked for is another load: its prefill work differs by what was missed. */
export const cacheRate = defineGate({
  question: 'Did the prefix cache serve the share of prompt tokens that the scenario asks for?',
  kinds: ['text'],
  required: true,
  thresholds: { rateDifference },
  statuses: ['pass', 'fail', 'not-measured'],
  formula:
    "Asked: `prompt.prefixCache: hits:60%`. Measured twice, over all trials: prompt tokens found / looked up by the server's counters (`prefix_cache_hits` / `prefix_cache_queries`), and cached / prompt tokens by the usage of the answers. Each that is known must agree. A scenario that asks for no rate passes.",
  evidence: 'The rate asked for, the rate by the counters, and the rate by usage, with their numbers of tokens.',
  usualCauses:
    'A KV cache that is too small, so that prefixes are evicted before they are used again; prefix caching that is off; prompts of an earlier run; several servers behind one address, each with a cache of its own.',
  whatToDo:
    'Too few hits: the KV cache is too small for the prefixes (fewer `prompt.prefixGroups`, fewer streams), or prefix caching is off. Too many: other clients, or prompts of an earlier run. Not measured: open /metrics of the server, or start vLLM with `--enable-prompt-tokens-details` (SGLang: `--enable-cache-report`).',
  evaluate(record) {
    const asked = askedHitShare(record.scenario.prompt.prefixCache)
    if (asked === null) return gateResult('pass', 'the scenario asks for no hit rate')
    if (record.trials.length === 0) return notMeasured('no trial was run')
    const sources = [
      { name: 'by the counters of the server', found: hitsByCounters(record) },
      { name: 'by usage', found: hitsByUsage(record) },
    ]
    const evidence = [
      `asked ${percent(asked)}`,
      ...sources.map(({ name, found }) => `${name} ${textOf(found)}`),
      `allowed ± ${limitText(rateDifference)}`,
    ].join('; ')
    const apart = sources.flatMap(({ found }) =>
      'reason' in found || found.queries === 0 ? [] : [pointsApart(found.hits / found.queries, asked)],
    )
    if (apart.length === 0) return notMeasured(evidence)
    return gateResult(apart.some((points) => isBeyond(rateDifference, points)) ? 'fail' : 'pass', evidence)
  },
})

/** Points between two shares; the last digits of a quotient do not decide. */
const pointsApart = (share: number, asked: number): number => Number((Math.abs(share - asked) * 100).toFixed(9))

function textOf(found: HitsBySource): string {
  if ('reason' in found) return `unknown: ${found.reason}`
  if (found.queries === 0) return 'unknown: no prompt token was looked up'
  return `${percent(found.hits / found.queries)} (${found.hits} of ${found.queries} prompt tokens)`
}
