import type { ClientStats } from '../load/protocol.ts'
import type { Trial } from '../record/schema/trial.ts'
import { ratio } from '../stats/ratio.ts'

/**
 * What the load generator says of itself in one trial: event loop delay and CPU share of the worst worker, because one
 * that is short of CPU blurs its own requests however idle the others are; sums of the rest.
 */
export function clientFigures(stats: readonly ClientStats[]): Trial['client'] {
  const events = sum(stats.map(({ contentEvents }) => contentEvents))
  return {
    eventLoopDelayP99Ms: highest(stats.map(({ eventLoopDelayP99Ms }) => eventLoopDelayP99Ms)),
    cpuShareOfCore: highest(stats.map(({ cpuMs, wallMs }) => ratio(cpuMs, wallMs))),
    lateSends: sum(stats.map(({ lateSends }) => lateSends)),
    dropped: sum(stats.map(({ dropped }) => dropped)),
    sharedStampShare: ratio(sum(stats.map(({ sharedStamps }) => sharedStamps)), events),
  }
}

/** The highest of the values that are known; null where none is. */
function highest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length > 0 ? Math.max(...known) : null
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
