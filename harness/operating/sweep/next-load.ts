import { stepsOf } from './knee.ts'
import { sloLoadOf } from './slo-load.ts'
import type { SweepPoint } from './sweep-point.ts'

/** What a sweep is asked for. */
export interface SweepPlan {
  /** The loads of the climb, from the lowest to the highest. */
  readonly climb: readonly number[]
  /** Whether the climb ends early and loads between its own are measured; a list is measured as it is. */
  readonly refines: boolean
  readonly leastGain: number
  /** Share of the requests that must meet the SLO. */
  readonly goodShare: number
}

/** What a sweep measures next, or why it ends. */
export type NextLoad =
  | { readonly concurrency: number; readonly why: string | null }
  | { readonly concurrency: null; readonly why: string }

/** The knee and the highest load within the SLO are located within this factor. */
export const LOCATED_WITHIN = 1.25
/** Loads that are measured between those of the climb, at most: two halvings each bring a factor of 2 below 1.25. */
export const MOST_REFINING = 6

/**
 * The next load of a sweep, from what was measured so far. Pure: the same points give the same answer.
 *
 * The climb goes from the lowest load to the highest. It ends early at a load
 * - that failed: out of memory, errors;
 * - of which the server ran only a part at once: a higher one waits longer and gains nothing;
 * - where the throughput is flat (`isFlat`), if there is no SLO or it is broken: both questions are answered.
 * Then loads are measured between the two that enclose the knee, and between the two that enclose the highest load within the
 * SLO, each time at their geometric mean, until they are within a factor of 1.25 or are neighbours. A list is measured as
 * it is, up to a load that failed.
 */
export function nextLoad(points: readonly SweepPoint[], plan: SweepPlan): NextLoad {
  const measured = new Set(points.map(({ concurrency }) => concurrency))
  const end = endOfClimb(points, plan)
  const next = plan.climb.find((concurrency) => !measured.has(concurrency))
  if (end === null && next !== undefined) return { concurrency: next, why: null }
  const why = end ?? 'every load was measured'
  if (!plan.refines) return { concurrency: null, why }
  const refined = points.filter(({ concurrency }) => !plan.climb.includes(concurrency)).length
  if (refined >= MOST_REFINING) return { concurrency: null, why: `${why}; ${MOST_REFINING} loads were added` }
  return (
    between(kneeBracket(points, plan), measured, 'the knee') ??
    between(sloBracket(points, plan), measured, 'the highest load within the SLO') ?? { concurrency: null, why }
  )
}

type Bracket = readonly [low: number, high: number] | null

function between(bracket: Bracket, measured: ReadonlySet<number>, what: string): NextLoad | null {
  if (bracket === null || bracket[1] / bracket[0] <= LOCATED_WITHIN) return null
  const [low, high] = bracket
  const middle = Math.round(Math.sqrt(low * high))
  if (middle <= low || middle >= high || measured.has(middle)) return null
  return { concurrency: middle, why: `${what} is between ${low} and ${high}` }
}

/** The two neighbouring loads between which the gain of a doubling passes the least share, by the means. */
function kneeBracket(points: readonly SweepPoint[], { leastGain }: SweepPlan): Bracket {
  const steps = stepsOf(points)
  const rising = steps.findLastIndex(({ gain }) => gain.mean >= leastGain)
  const [low, high] = [steps[rising], steps[rising + 1]]
  return low === undefined || high === undefined ? null : [low.concurrency, high.concurrency]
}

function sloBracket(points: readonly SweepPoint[], { goodShare }: SweepPlan): Bracket {
  const load = sloLoadOf(points, goodShare)
  return load?.met && load.broken ? [load.met.concurrency, load.broken.concurrency] : null
}

/** Why no higher load is measured; null while the climb goes on. */
function endOfClimb(points: readonly SweepPoint[], plan: SweepPlan): string | null {
  const failed = points.find(({ obstacle }) => obstacle?.kind === 'failed')
  if (failed) return `${failed.concurrency} in flight failed: ${failed.obstacle!.reason}; a higher load was not tried`
  if (!plan.refines) return null
  const queued = points.find(({ obstacle }) => obstacle?.kind === 'queued')
  if (queued) return `at ${queued.concurrency} in flight ${queued.obstacle!.reason}; a higher load only waits longer`
  if (!isFlat(points, plan)) return null
  const slo = sloLoadOf(points, plan.goodShare)
  if (slo === null) return 'the throughput is flat; a higher load gains nothing'
  return slo.broken === null ? null : 'the throughput is flat and the SLO is broken; a higher load answers nothing more'
}

/** Whether the last doubling is shown to gain less than the least share; by its interval, or by the means of the last two. */
function isFlat(points: readonly SweepPoint[], { climb, leastGain }: SweepPlan): boolean {
  const steps = stepsOf(points).filter(({ concurrency }) => climb.includes(concurrency))
  const [before, last] = steps.slice(-2)
  if (before === undefined || last === undefined) return false
  const isShown = last.gain.ci95 !== null && last.gain.ci95[1] < leastGain
  return isShown || (before.gain.mean < leastGain && last.gain.mean < leastGain)
}
