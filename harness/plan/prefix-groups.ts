import { mixSeed, type Random, seededRandom } from './random.ts'

/**
 * A prefix-cache hit rate that a load is to have: prefixes that groups of requests share, each sent once before the load
 * (primed), and for every request how much of its group's prefix it begins with.
 *
 * vLLM's cache keeps whole blocks of tokens, finds them from the start of a prompt on, and always computes at least the
 * last token. A request that begins with k primed blocks therefore finds k blocks exactly, if its next token is its own.
 */
export interface PrefixPlan {
  /** Share of all prompt tokens that the cache is to serve, 0 to 1. */
  readonly share: number
  /** Different prefixes; request n belongs to group n modulo this. */
  readonly groups: number
  readonly blockTokens: number
  /** The most cached tokens of a request, in whole blocks. */
  readonly longestTokens: number
  /** Length of the prompts that prime the prefixes; 0 if there is nothing to prime. */
  readonly primingTokens: number
  /** The rate that the requests of the plan will have, if the cache keeps every prefix. */
  readonly expectedShare: number
  /** Chat: the template that all prompts begin with; 0 for completions. Its whole blocks are found whatever is asked. */
  readonly templateTokens: number
}

/** Requests that a plan is tried on: enough for the share of a block that is left over to vanish. */
const TRIED_REQUESTS = 2000

/** What a plan is made from. */
export interface PrefixNeeds extends Pick<PrefixPlan, 'share' | 'groups' | 'blockTokens' | 'templateTokens'> {
  /** Draws the prompt length of the next request, in tokens. */
  readonly drawLength: (random: Random) => number
  readonly seed: number
}

/**
 * The plan for a hit rate, and what it will give: `expectedShare` differs from `share` where prompts are too short for it, or
 * shorter than the template that all of them have.
 */
export function planPrefixes(needs: PrefixNeeds): PrefixPlan {
  const { share, groups, blockTokens, templateTokens, drawLength } = needs
  const lengths = new PrefixLengths(needs)
  const random = seededRandom(mixSeed(needs.seed, 0x70726678))
  let [longestTokens, longestPrompt, found, looked] = [0, 0, 0, 0]
  for (let request = 0; request < TRIED_REQUESTS; request += 1) {
    const promptTokens = drawLength(random)
    const cached = lengths.next(promptTokens)
    longestTokens = Math.max(longestTokens, cached)
    longestPrompt = Math.max(longestPrompt, promptTokens)
    found += cached
    looked += promptTokens
  }
  // a block more where a part of the last one is behind the template
  const primingTokens = templateTokens > 0 ? Math.min(longestPrompt, longestTokens + blockTokens) : longestTokens
  return {
    share,
    groups,
    blockTokens,
    templateTokens,
    longestTokens,
    primingTokens: longestTokens === 0 ? 0 : primingTokens,
    expectedShare: looked === 0 ? 0 : found / looked,
  }
}

/** The most tokens of a prompt that the cache can serve: whole blocks, and never the last token. */
export const mostCachedTokens = (promptTokens: number, blockTokens: number): number =>
  Math.max(0, Math.floor((promptTokens - 1) / blockTokens)) * blockTokens

/**
 * The cached tokens of one request after the other, in whole blocks. What a request cannot have, because blocks are whole or
 * its prompt is short, is carried to the next one, so that the sum over requests is the asked share of all their tokens.
 */
export class PrefixLengths {
  readonly #plan: Pick<PrefixPlan, 'share' | 'blockTokens' | 'templateTokens'>
  #owedTokens = 0

  constructor(plan: Pick<PrefixPlan, 'share' | 'blockTokens' | 'templateTokens'>) {
    this.#plan = plan
  }

  /** Tokens of the next request, of this length, that the cache is to serve. */
  next(promptTokens: number): number {
    const { share, blockTokens, templateTokens } = this.#plan
    this.#owedTokens += share * promptTokens
    const most = mostCachedTokens(promptTokens, blockTokens)
    const least = Math.min(most, Math.floor(templateTokens / blockTokens) * blockTokens)
    const tokens = Math.min(most, Math.max(least, Math.round(this.#owedTokens / blockTokens) * blockTokens))
    this.#owedTokens -= tokens
    return tokens
  }
}

/** The KV cache that a plan needs, and the one that the server has, in tokens. */
export interface CacheRoom {
  readonly capacityTokens: number
  /** Prefixes and the requests in flight: below this the prefixes cannot all stay. */
  readonly neededTokens: number
  /** The same, and what is written between two uses of one prefix, which pushes it out where there is no room for it. */
  readonly wantedTokens: number
}

/** The room that the prefixes of a plan need beside `inFlight` requests of these lengths (the longest prompt and answer). */
export function cacheRoomOf(
  plan: PrefixPlan,
  load: {
    readonly capacityTokens: number
    readonly inFlight: number
    readonly promptTokens: number
    readonly outputTokens: number
  },
): CacheRoom {
  const inBlocks = (tokens: number) => Math.ceil(tokens / plan.blockTokens) * plan.blockTokens
  const prefixes = plan.groups * plan.longestTokens
  // the tokens of a request that no other request shares
  const own = inBlocks(load.promptTokens - plan.share * load.promptTokens + load.outputTokens)
  const neededTokens = prefixes + load.inFlight * own
  return { capacityTokens: load.capacityTokens, neededTokens, wantedTokens: neededTokens + plan.groups * own }
}
