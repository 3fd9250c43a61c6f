import { counted } from '../units.ts'
import type { Scenario } from './schema.ts'
import { widthOf } from './session/session-schema.ts'
import { parseShare } from './share.ts'

type Load = Scenario['load']

/** Requests that the load shape keeps in flight, or null where the server determines it (open loop, trace, sessions). */
export function targetInFlight(load: Load): number | null {
  return load.shape === 'closed' && !('session' in load && load.session) ? load.concurrency : null
}

/** Maximum number of connections of a load. */
export const connectionsOf = (load: Load): number =>
  load.shape === 'closed' ? load.concurrency * connectionsPerStream(load) : load.maxInFlight

/** Connections of each stream of a closed loop: one, or as many as a turn of its session sends requests at once. */
export const connectionsPerStream = (load: Load): number =>
  load.shape === 'closed' && 'session' in load && load.session ? widthOf(load.session) : 1

/** Whether requests have scheduled times: latency is then counted from the schedule (no coordinated omission). */
export const isScheduled = (load: Load): boolean => load.shape !== 'closed'

/** Tokens at the start of every prompt that all prompts share: none when cold, N of `shared:N`, all when warm. */
export function sharedPromptTokens(prefixCache: string, promptTokens: number): number {
  if (prefixCache === 'warm') return promptTokens
  return prefixCache.startsWith('shared:') ? Number(prefixCache.slice('shared:'.length)) : 0
}

/** The hit rate of the prefix cache that a scenario asks for (`hits:60%`), as a fraction; null where it asks for none. */
export const askedHitShare = (prefixCache: string): number | null =>
  prefixCache.startsWith('hits:') ? parseShare(prefixCache.slice('hits:'.length)) : null

/** How far, as a share of all prompt tokens, the hit rate of a valid run may be from the one that its scenario asks for. */
export const HIT_RATE_TOLERANCE = 0.02

/**
 * Prompt tokens that the prefix cache serves of a prompt of `promptTokens` as the scenario states it, before whole blocks and
 * the last token are considered: N of `shared:N`, all when warm, the asked share of `hits:60%`.
 */
export function statedCachedTokens(prefixCache: string, promptTokens: number): number {
  const share = askedHitShare(prefixCache)
  return share === null ? sharedPromptTokens(prefixCache, promptTokens) : share * promptTokens
}

/**
 * Whether the load asks for so much and no more: requests at a rate, a trace, or users who pause between their turns. Output
 * per second then says what was asked for, not what the server can do; compare latency, headroom and cost instead.
 */
export const isFixedDemand = (load: Load): boolean =>
  isScheduled(load) || ('session' in load && load.session !== undefined && load.session.thinkSeconds > 0)

/** A fixed demand in words: `1 request/s`, `50 users, 2 s between turns`. Other loads: requests in flight. */
export function demandText(load: Load): string {
  if (load.shape === 'open') return `${load.ratePerS} ${load.ratePerS === 1 ? 'request' : 'requests'}/s`
  if (load.shape === 'trace') return `recorded requests at ${load.speed}x of their pace`
  const { concurrency } = load
  if (!('session' in load && load.session)) return counted(concurrency, 'request in flight', 'requests in flight')
  return `${counted(concurrency, 'user')}, ${load.session.thinkSeconds} s between turns`
}
