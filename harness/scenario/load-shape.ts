import type { Scenario } from './schema.ts'

type Load = Scenario['load']

/** Requests that the load shape keeps in flight, or null where the server determines it (open loop, trace, sessions). */
export function targetInFlight(load: Load): number | null {
  return load.shape === 'closed' && !('session' in load && load.session) ? load.concurrency : null
}

/** Maximum number of connections of a load. */
export const connectionsOf = (load: Load): number => (load.shape === 'closed' ? load.concurrency : load.maxInFlight)

/** Whether requests have scheduled times: latency is then counted from the schedule (no coordinated omission). */
export const isScheduled = (load: Load): boolean => load.shape !== 'closed'

/** Tokens at the start of every prompt that all prompts share: none when cold, N of `shared:N`, all when warm. */
export function sharedPromptTokens(prefixCache: string, promptTokens: number): number {
  if (prefixCache === 'warm') return promptTokens
  return prefixCache.startsWith('shared:') ? Number(prefixCache.slice('shared:'.length)) : 0
}
