import type { BodyPlan, BodyRequest } from '../plan/body/body-plan.ts'
import { PrefixLengths, type PrefixPlan } from '../plan/prefix-groups.ts'
import type { WorkerPlan } from './protocol.ts'

/** What a request has besides its lengths, in a load with an asked hit rate. */
type Prefixed = Required<Pick<BodyRequest, 'prefix'>>

/**
 * Gives each request, by its id and its length, the prefix that it begins with. A chat prompt has an unknown part of the
 * server's template behind our words: half a block more keeps the number of whole blocks, wherever up to half a block of
 * it stands there.
 */
export function prefixedBy(plan: PrefixPlan, api: BodyPlan['api']): (id: number, promptTokens: number) => Prefixed {
  const lengths = new PrefixLengths(plan)
  const beyond = api === 'chat' ? Math.floor(plan.blockTokens / 2) : 0
  return (id, promptTokens) => {
    const cached = lengths.next(promptTokens)
    return { prefix: { group: id % plan.groups, tokens: cached === 0 ? 0 : cached + beyond } }
  }
}

/** A request of the priming phase. */
export interface PrimingRequest extends Prefixed {
  readonly id: number
  readonly topic: number
  readonly promptTokens: number
  readonly outputTokens: number
}

/** The prefixes that one worker sends before the load: its share of the groups, each with an answer of one token. */
export function primingRequests(
  { groups, primingTokens: promptTokens }: PrefixPlan,
  { worker, workers }: Pick<WorkerPlan, 'worker' | 'workers'>,
): PrimingRequest[] {
  if (promptTokens === 0) return []
  return Array.from({ length: groups }, (_, group) => group)
    .filter((group) => group % workers === worker)
    .map((group) => ({
      id: group,
      topic: group,
      promptTokens,
      outputTokens: 1,
      prefix: { group, tokens: promptTokens },
    }))
}
