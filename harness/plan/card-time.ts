import type { ScenarioFile } from '../scenario/schema.ts'

/** Estimated time in seconds for which a scenario occupies a card, with the minimum and the maximum number of trials. */
export interface CardTime {
  readonly minS: number
  readonly maxS: number
}

/**
 * Card time of a scenario file: runs x (idle + warm-up + trials x (seconds + idle padding before and after)). A sweep is
 * one run per value; a search for the highest rate is its two ends and the halvings (on a log scale) for its tolerance.
 * A cool-down takes between 0 and its timeout. Loading the model and waiting for the last requests
 * are not included, because they depend on disk and server.
 */
export function cardTime(file: ScenarioFile): CardTime {
  const { warmupSeconds, seconds, quietSeconds } = file.trial
  const { minTrials, maxTrials } = file.certainty
  const idleSeconds = ('idleSeconds' in file.trial ? file.trial.idleSeconds : 0) ?? 0
  const withTrials = (trials: number) =>
    runsOf(file) * (idleSeconds + warmupSeconds + trials * (seconds + 2 * quietSeconds))
  const coolS = runsOf(file) * (maxTrials - 1) * (file.trial.coolDown?.timeoutSeconds ?? 0)
  return { minS: withTrials(minTrials), maxS: withTrials(maxTrials) + coolS }
}

/** Card time of a file with exactly so many trials; null leaves them to the scenario. */
export const cardTimeWith = (file: ScenarioFile, trials: number | null): CardTime =>
  cardTime(trials === null ? file : { ...file, certainty: { ...file.certainty, minTrials: trials, maxTrials: trials } })

/** Card time of several files, one after another. */
export const cardTimeOfAll = (files: readonly ScenarioFile[]): CardTime => sumOfTimes(files.map(cardTime))

/** Card times one after another. */
export function sumOfTimes(times: readonly CardTime[]): CardTime {
  const sum = (valueIn: (time: CardTime) => number) => times.reduce((total, time) => total + valueIn(time), 0)
  return { minS: sum((time) => time.minS), maxS: sum((time) => time.maxS) }
}

/** Card time as text in minutes: "4 to 11 min". */
export function formatCardTime({ minS, maxS }: CardTime): string {
  const [from, to] = [minS, maxS].map((seconds) => Math.max(1, Math.round(seconds / 60)))
  return from === to ? `${from} min` : `${from} to ${to} min`
}

/** Runs of a file: one, one per value of a sweep, or at most so many of a search for the highest rate. */
export function runsOf(file: ScenarioFile): number {
  if (file.kind !== 'text' || file.load.shape !== 'sweep') return 1
  const { concurrency, ratePerS, highestRate } = file.load
  if (!highestRate) return (concurrency ?? ratePerS ?? []).length
  const { fromPerS, toPerS, tolerance } = highestRate
  // each run halves the log of the bracket, until it is within the tolerance
  const halvings = Math.ceil(Math.log2(Math.log(toPerS / fromPerS) / Math.log(1 + tolerance)))
  return 2 + Math.max(0, halvings)
}
