import { calibrationSeconds } from '../../harness/load/calibration-plan.ts'
import { type CardTime, cardTimeWith, runsOf } from '../../harness/plan/card-time.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import { type Left, leftOfParts, type Part } from './time-left.ts'

/** Parts of one measurement, one after another, and what is left of them. */
export interface Suite {
  /** Plays the next part. Parts beyond those that were planned are played too. */
  next<Done>(play: () => Promise<Done>): Promise<Done>
  /** Empty where there is only one part, which shows its own. `ofRunMs`: what is left of the run that goes on; null where that is not known. */
  left(ofRunMs: number | null): Left[]
}

/** How a suite may differ from its plan. */
export interface SuiteOptions {
  /** `most`: it may end before all parts are played. `more`: it may have more of them. Unless given, it has those of its plan. */
  readonly may?: 'end-early' | 'grow'
  /** Parts of the plan that were played before, by a command that this one continues. */
  readonly done?: number
  /** Time in ms on a clock that never goes back; for tests. */
  readonly nowMs?: () => number
}

/** A suite of parts by the time of each in s. `of` names the whole: `suite`, `sweep`. */
export function suiteOf(of: string, times: readonly CardTime[], options: SuiteOptions = {}): Suite {
  const { may, done = 0, nowMs = () => performance.now() } = options
  type Playing = { -readonly [Key in keyof Part]: Part[Key] }
  const parts = times.slice(done).map(({ maxS }): Playing => ({ mostMs: maxS * 1000, tookMs: null }))
  // a plan without room for fewer trials has none for what it does not count either: starts, last answers
  const hasRoom = may === 'end-early' || times.some(({ minS, maxS }) => minS < maxS)
  const kind = hasRoom && may !== 'grow' ? ('most' as const) : ('about' as const)
  let at = 0
  let beganMs: number | null = null
  return {
    async next(play) {
      const usual = parts.at(-1)
      // one more than planned takes as long as the others
      if (at >= parts.length && usual !== undefined) parts.push({ mostMs: usual.mostMs, tookMs: null })
      const part = parts[at]
      at += 1
      const fromMs = nowMs()
      beganMs = fromMs
      try {
        return await play()
      } finally {
        if (part) part.tookMs = nowMs() - fromMs
        beganMs = null
      }
    },
    left(ofRunMs) {
      const number = done + Math.max(1, at)
      const total = done + parts.length
      if (total < 2 && may !== 'grow') return []
      const elapsedMs = beganMs === null ? 0 : nowMs() - beganMs
      const part = `${number} of ${total}${may === 'grow' ? ' or more' : ''}`
      return [{ of, part, ms: leftOfParts(parts, elapsedMs, beganMs === null ? null : ofRunMs), kind }]
    },
  }
}

/** How a file will be run. */
interface Planned {
  /** Exactly this many trials; null: those of the scenario. */
  readonly trials: number | null
  /** Whether the client is calibrated before each of its runs. */
  readonly calibrates: boolean
}

/** Time of a file, with the calibrations before its runs. */
export function timeOfFile(file: ScenarioFile, { trials, calibrates }: Planned): CardTime {
  const { minS, maxS } = cardTimeWith(file, trials)
  const beforeS = calibrates && file.kind === 'text' ? runsOf(file) * calibrationSeconds(file.trial.seconds) : 0
  return { minS: minS + beforeS, maxS: maxS + beforeS }
}
