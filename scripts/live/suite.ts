import type { CardTime } from '../../harness/plan/card-time.ts'
import { type Left, leftOfParts, type Part } from './time-left.ts'

/** Parts of one measurement, one after another, and what is left of them. */
export interface Suite {
  /** Plays the next part. Parts beyond those that were planned are played too. */
  next<Done>(play: () => Promise<Done>): Promise<Done>
  /** Empty where there is only one part, which shows its own. */
  left(): Left[]
}

/** A suite of parts by the card time of each in s. `of` names the whole: `suite`, `sweep`. */
export function suiteOf(of: string, times: readonly CardTime[], nowMs: () => number = () => performance.now()): Suite {
  const parts: { -readonly [Key in keyof Part]: Part[Key] }[] = times.map(({ maxS }) => ({
    mostMs: maxS * 1000,
    tookMs: null,
  }))
  // a plan without room for fewer trials has none for what it does not count either: starts, calibrations, last answers
  const kind = times.some(({ minS, maxS }) => minS < maxS) ? ('most' as const) : ('about' as const)
  let at = 0
  let beganMs: number | null = null
  return {
    async next(play) {
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
    left: () =>
      parts.length < 2 ? [] : [{ of, ms: leftOfParts(parts, beganMs === null ? 0 : nowMs() - beganMs), kind }],
  }
}
