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

/** The load in a few words, for tables: "32 streams", "4 requests/s (poisson)". */
export function describeLoad(load: Load): string {
  switch (load.shape) {
    case 'closed':
      if ('session' in load && load.session) return `${load.concurrency} conversations of ${load.session.turns} turns`
      return load.concurrency === 1 ? '1 stream' : `${load.concurrency} streams`
    case 'open':
      return `${load.ratePerS} requests/s (${load.arrivals})`
    default:
      return `trace ${load.file} at ${load.speed}x`
  }
}

/** Tokens that all prompts share at their start: none when cold, N of `shared:N`, all when warm. */
export function sharedPromptTokens(prefixCache: string, promptTokens: number): number {
  if (prefixCache === 'warm') return promptTokens
  return prefixCache.startsWith('shared:') ? Number(prefixCache.slice('shared:'.length)) : 0
}
