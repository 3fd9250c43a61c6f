import type { Scenario } from './schema.ts'

type Load = Scenario['load']

/** Requests that the load shape keeps in flight, or null where that is the server's doing (open loop, trace, sessions). */
export function targetInFlight(load: Load): number | null {
  return load.shape === 'closed' && !('session' in load && load.session) ? load.concurrency : null
}

/** Connections that the load needs at most. */
export const connectionsOf = (load: Load): number => (load.shape === 'closed' ? load.concurrency : load.maxInFlight)

/** Whether requests have appointed times: latency is then counted from the schedule (no coordinated omission). */
export const isScheduled = (load: Load): boolean => load.shape !== 'closed'

/** Tokens that all prompts share at their start: none when cold, N of `shared:N`, all when warm. */
export function sharedPromptTokens(prefixCache: string, promptTokens: number): number {
  if (prefixCache === 'warm') return promptTokens
  return prefixCache.startsWith('shared:') ? Number(prefixCache.slice('shared:'.length)) : 0
}
