import type { ClientStats } from '../load/protocol.ts'
import type { Trial } from '../record/schema/trial.ts'
import { ratio } from '../stats/ratio.ts'

/**
 * Measurements of the load generator itself in one trial. Event-loop delay and CPU share are those of the busiest worker,
 * because a worker short of CPU delays its own requests even when the others are idle. Counts are sums over the workers.
 */
export function clientTotals(stats: readonly ClientStats[]): Trial['client'] {
  const events = sum(stats.map(({ contentEvents }) => contentEvents))
  const noSocket = sum(stats.map(({ noSocket = 0 }) => noSocket))
  return {
    eventLoopDelayP99Ms: highest(stats.map(({ eventLoopDelayP99Ms }) => eventLoopDelayP99Ms)),
    cpuShareOfCore: highest(stats.map(({ cpuMs, wallMs }) => ratio(cpuMs, wallMs))),
    lateSends: sum(stats.map(({ lateSends }) => lateSends)),
    dropped: sum(stats.map(({ dropped }) => dropped)),
    ...(noSocket > 0 ? { noSocket } : {}),
    replaced: sum(stats.map(({ replaced }) => replaced)),
    sharedStampShare: ratio(sum(stats.map(({ sharedStamps }) => sharedStamps)), events),
  }
}

/** The highest known value; null if none is known. */
function highest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length > 0 ? Math.max(...known) : null
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
