import { durationText } from '../../harness/amount-text.ts'
import { isTrial, type Lane } from './lane.ts'

/** Time that something still takes, never below 0. */
export interface Left {
  /** What: `trial`, `scenario`, `suite`. */
  readonly of: string
  /** Which part of it runs, such as `2 of 7`. */
  readonly part?: string
  readonly ms: number
  /** `most`: it may end earlier. `about`: an estimate. */
  readonly kind: 'exact' | 'most' | 'about'
}

/** What is left of the phase and of the run of a lane; empty before its first phase. */
export function leftOfLane(lane: Lane): Left[] {
  const { tick, run, isPhaseOver } = lane
  if (tick === null || run === null) return []
  const phaseMs = isPhaseOver ? 0 : Math.max(0, tick.totalMs - tick.elapsedMs)
  const phase: Left = {
    of: isTrial(tick) ? 'trial' : tick.label,
    ms: phaseMs,
    kind: tick.waitingFor === undefined || tick.label === 'idle' ? 'exact' : 'most',
  }
  const { seconds, quietSeconds, warmupSeconds, coolDown } = run.scenario.trial
  const quietMs = quietSeconds * 1000
  // a trial with its pauses: as planned, until the first has shown it
  const plannedMs = seconds * 1000 + 2 * quietMs + (coolDown?.timeoutSeconds ?? 0) * 1000
  const { trialsDone, trialsFromMs, atMs } = lane
  const seenMs = trialsDone > 0 && trialsFromMs !== null ? (atMs - trialsFromMs - currentMs(lane)) / trialsDone : null
  const eachMs = seenMs === null || seenMs <= 0 ? plannedMs : seenMs
  const after = Math.max(0, run.most - trialsDone - (isTrial(tick) && !isPhaseOver ? 1 : 0))
  const warmUpMs = tick.label === 'idle' ? warmupSeconds * 1000 : 0
  const restMs = phaseMs + (isTrial(tick) ? quietMs : warmUpMs) + after * eachMs
  return [phase, { of: 'scenario', ms: restMs, kind: run.fewest < run.most ? 'most' : 'about' }]
}

/** Time since the end of the last trial: the phase that runs now, and none of the finished ones. */
const currentMs = ({ tick, isPhaseOver }: Lane): number => (tick === null || isPhaseOver ? 0 : tick.elapsedMs)

/** One part of a suite: what it takes at most by its plan, and how long it took. */
export interface Part {
  readonly mostMs: number
  readonly tookMs: number | null
}

/**
 * What is left of several parts, one after another: by plan, stretched where the finished ones took longer than planned at
 * most. `elapsedMs` is that of the part that runs now, `ofRunMs` what its run still takes as far as that is known: never less is left.
 */
export function leftOfParts(parts: readonly Part[], elapsedMs: number, ofRunMs: number | null): number {
  const done = parts.filter((part) => part.tookMs !== null)
  const planned = done.reduce((sum, { mostMs }) => sum + mostMs, 0)
  const took = done.reduce((sum, { tookMs }) => sum + (tookMs ?? 0), 0)
  const stretch = planned > 0 ? Math.max(1, took / planned) : 1
  const [current, ...later] = parts.filter((part) => part.tookMs === null)
  if (current === undefined) return 0
  const laterMs = later.reduce((sum, { mostMs }) => sum + mostMs, 0)
  return Math.max(0, ofRunMs ?? 0, current.mostMs * stretch - elapsedMs) + laterMs * stretch
}

/** What is left of the run of some lanes that takes longest; null where none is known. */
export function leftOfRuns(lanes: readonly Lane[]): number | null {
  const left = lanes.flatMap((lane) => leftOfLane(lane).slice(-1)).map(({ ms }) => ms)
  return left.length === 0 ? null : Math.max(...left)
}

/** Of several at the same time, that which takes longest: all of them take as long. */
export const longest = (left: readonly Left[]): Left[] => left.toSorted((a, b) => b.ms - a.ms).slice(0, 1)

const words = { exact: '', most: 'at most ', about: 'about ' } as const

/** `trial 16 s`, `scenario at most 9 min`, `suite (2 of 7) at most 1 h`: whole minutes from two minutes on. */
export const leftText = (left: Left): string =>
  `${left.of}${left.part === undefined ? '' : ` (${left.part})`} ${longText(left)}`

/** The same without what it is of. */
export function longText({ ms, kind }: Left): string {
  const roundMs = ms < 120_000 ? 1000 : 60_000
  return `${words[kind]}${durationText(Math.ceil(Math.max(0, ms) / roundMs) * roundMs)}`
}
