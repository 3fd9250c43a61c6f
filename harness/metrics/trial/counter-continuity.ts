import type { ServerMetric, ServerReading } from '../../record/schema/server.ts'

/** Counters that one process only ever raises. */
const counters: readonly ServerMetric[] = [
  'generationTokens',
  'promptTokens',
  'requestSuccess',
  'prefixCacheQueries',
  'prefixCacheHits',
  'preemptions',
  'ttftSumS',
  'ttftCount',
  'itlSumS',
  'itlCount',
]

/** Starts that are closer than this are the same: the value is printed with few digits. */
const SAME_START_S = 0.5
/** A sum over engines may be formed in another order in the next reading. */
const ROUNDING = 1e-9

/**
 * Why the counters of successive readings are not those of one process, or null where they are. A process that started anew
 * restarted. Readings that return to an earlier process, or to an older one, are of several servers. Without start times,
 * counters that fell began anew; if they then rose above where they had been and fell again, they alternate.
 */
export function brokenCounters(readings: readonly ServerReading[]): string | null {
  const starts = readings.flatMap(({ values: { processStartS } }) => processStartS ?? [])
  if (starts.length === readings.length && starts.length > 1) return byProcess(readings, starts)
  const falls = fallsOf(readings)
  if (falls.length === 0) return null
  return alternates(readings, falls) ? SEVERAL_SERVERS : RESTART
}

const RESTART = 'the counters began anew in the trial: the server restarted'
const SEVERAL_SERVERS =
  'the counters are those of several servers in turn (a load balancer, or several processes): give the address of one server'
const RESET = 'the counters fell, but the process of the server did not restart: something resets them'

function byProcess(readings: readonly ServerReading[], starts: readonly number[]): string | null {
  const changes = starts.filter((start, place) => place > 0 && !isSame(start, starts[place - 1] as number))
  if (changes.length === 0) return fallsOf(readings).length > 0 ? RESET : null
  const isForward = starts.every((start, place) => place === 0 || start > (starts[place - 1] as number) - SAME_START_S)
  return isForward ? RESTART : SEVERAL_SERVERS
}

const isSame = (a: number, b: number): boolean => Math.abs(a - b) < SAME_START_S

/** Places of the readings in which a counter is lower than in the last one that had it. */
function fallsOf(readings: readonly ServerReading[]): number[] {
  const last: Partial<Record<ServerMetric, number>> = {}
  return readings.flatMap(({ values }, place) => {
    const fell = counters.some((metric) => isLower(values[metric], last[metric]))
    Object.assign(last, values)
    return fell ? [place] : []
  })
}

const isLower = (is: number | undefined, was: number | undefined): boolean =>
  is !== undefined && was !== undefined && is < was * (1 - ROUNDING)

/** Whether a counter rose above its value before the first fall, and fell again. */
function alternates(readings: readonly ServerReading[], falls: readonly number[]): boolean {
  const [first, ...later] = falls
  if (first === undefined) return false
  const top = readings[first - 1]?.values
  return later.some((place) => counters.some((metric) => isLower(top?.[metric], readings[place - 1]?.values[metric])))
}
