import { engineOf } from '../engines/table.ts'
import { JoulemarkError } from '../errors.ts'
import { USUAL_BLOCK_TOKENS } from '../physics/model/kv.ts'
import { type CacheRoom, cacheRoomOf, type PrefixPlan, planPrefixes } from '../plan/prefix-groups.ts'
import type { Endpoint } from '../record/schema/endpoint.ts'
import { askedHitShare, connectionsOf, HIT_RATE_TOLERANCE } from '../scenario/load-shape.ts'
import { lengthAt, lengthText, meanLength } from '../scenario/prompt/length.ts'
import type { Length } from '../scenario/prompt/length-schema.ts'
import { DEFAULT_PREFIX_GROUPS } from '../scenario/prompt/prompt-schema.ts'
import type { TextScenario } from '../scenario/schema.ts'

/** The prefixes of a load with an asked hit rate, and where its block size is from. */
export interface PlannedPrefixes {
  readonly plan: PrefixPlan
  readonly blockTokensFrom: 'server' | 'assumed'
  /** Null where the server does not report its KV cache. */
  readonly room: CacheRoom | null
}

/**
 * Plans the prefixes that give a scenario the hit rate that it asks for; null where it asks for none. Throws `bad-input`
 * where the rate cannot be reached: no prefix caching, prompts too short, or more prefixes than the KV cache holds.
 */
export function prefixesOf(
  scenario: TextScenario,
  endpoint: Endpoint,
  note: (message: string) => void,
): PlannedPrefixes | null {
  const { prompt } = scenario
  const share = askedHitShare(prompt.prefixCache)
  const { tokens: length } = prompt
  if (share === null || length === undefined) return null
  const { serving } = endpoint
  const asked = `scenario ${scenario.name}: prompt.prefixCache ${prompt.prefixCache}`
  if (serving?.prefixCaching === false && share > HIT_RATE_TOLERANCE) {
    throw new JoulemarkError(
      'bad-input',
      `${asked}: the server at ${endpoint.url} runs without prefix caching; start it with --enable-prefix-caching`,
    )
  }
  const usualTokens = engineOf(endpoint.engine).usualBlockTokens ?? USUAL_BLOCK_TOKENS
  const blockTokens = serving?.kvBlockTokens ?? usualTokens
  const plan = planPrefixes({
    share,
    groups: prompt.prefixGroups ?? DEFAULT_PREFIX_GROUPS,
    blockTokens,
    templateTokens: endpoint.chatPrompt?.baseTokens ?? 0,
    drawLength: (random) => lengthAt(length, random()),
    seed: scenario.seed,
  })
  if (Math.abs(plan.expectedShare - share) > HIT_RATE_TOLERANCE) {
    const percent = (plan.expectedShare * 100).toFixed(1)
    throw new JoulemarkError(
      'bad-input',
      `${asked}: prompts of ${lengthText(length)} tokens give ${percent} %, because the cache finds whole blocks of ${blockTokens} tokens and never the last token; expected a rate within ${HIT_RATE_TOLERANCE * 100} points of that, or other prompt.tokens`,
    )
  }
  const room = roomOf(plan, scenario, { capacityTokens: serving?.kvCapacityTokens ?? null, length })
  if (room !== null && room.neededTokens > room.capacityTokens) {
    throw new JoulemarkError(
      'bad-input',
      `${asked}: ${plan.groups} prefixes of ${plan.longestTokens} tokens and the requests in flight need ${room.neededTokens} tokens of KV cache, the server has ${room.capacityTokens}; expected fewer prompt.prefixGroups or fewer streams`,
    )
  }
  if (room !== null && room.wantedTokens > room.capacityTokens) {
    note(
      `the KV cache of ${room.capacityTokens} tokens is small for ${plan.groups} prefixes of ${plan.longestTokens} tokens: ${room.wantedTokens} are written until each is used again, so that the cache may lose some of them; the gate cache-rate will show it`,
    )
  }
  const from = serving?.kvBlockTokens == null ? 'assumed' : 'server'
  if (from === 'assumed') {
    note(`the server does not report the block size of its prefix cache: ${usualTokens} tokens are assumed`)
  }
  return { plan, blockTokensFrom: from, room }
}

function roomOf(
  plan: PrefixPlan,
  { load, output }: TextScenario,
  { capacityTokens, length }: { readonly capacityTokens: number | null; readonly length: Length },
) {
  if (capacityTokens === null) return null
  return cacheRoomOf(plan, {
    capacityTokens,
    inFlight: connectionsOf(load),
    promptTokens: Math.ceil(meanLength(length)),
    outputTokens: Math.ceil(meanLength(output.tokens)),
  })
}
