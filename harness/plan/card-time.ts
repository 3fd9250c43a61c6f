import type { ScenarioFile } from '../scenario/schema.ts'

/** Estimated seconds that a scenario keeps a card: with its fewest trials and with its most. */
export interface CardTime {
  readonly fewestS: number
  readonly mostS: number
}

/**
 * Card time of a scenario file: runs x (idle + warm-up + trials x (seconds + quiet before and after)). A sweep is one run a
 * value; a search for the highest rate is its two ends and as many halvings (on a log scale) as the tolerance needs.
 * A cool-down may be over at once and may take its whole timeout. Loading the model and waiting for the last requests
 * come on top: they depend on disk and server.
 */
export function cardTime(file: ScenarioFile): CardTime {
  const { warmupSeconds, seconds, quietSeconds } = file.trial
  const { minTrials, maxTrials } = file.certainty
  const idleSeconds = ('idleSeconds' in file.trial ? file.trial.idleSeconds : 0) ?? 0
  const each = (trials: number) => runsOf(file) * (idleSeconds + warmupSeconds + trials * (seconds + 2 * quietSeconds))
  const coolS = runsOf(file) * (maxTrials - 1) * (file.trial.coolDown?.timeoutSeconds ?? 0)
  return { fewestS: each(minTrials), mostS: each(maxTrials) + coolS }
}

/** Card time of several files, one after another. */
export function cardTimeOfAll(files: readonly ScenarioFile[]): CardTime {
  const times = files.map(cardTime)
  const sum = (of: (time: CardTime) => number) => times.reduce((total, time) => total + of(time), 0)
  return { fewestS: sum((time) => time.fewestS), mostS: sum((time) => time.mostS) }
}

/** Minutes for people: "4 to 11 min". */
export function formatCardTime({ fewestS, mostS }: CardTime): string {
  const [from, to] = [fewestS, mostS].map((seconds) => Math.max(1, Math.round(seconds / 60)))
  return from === to ? `${from} min` : `${from} to ${to} min`
}

function runsOf(file: ScenarioFile): number {
  if (file.kind !== 'text' || file.load.shape !== 'sweep') return 1
  const { concurrency, ratePerS, highestRate } = file.load
  if (!highestRate) return (concurrency ?? ratePerS ?? []).length
  const { fromPerS, toPerS, tolerance } = highestRate
  // one halving of the log of the bracket a run, until it is within the tolerance
  const halvings = Math.ceil(Math.log2(Math.log(toPerS / fromPerS) / Math.log(1 + tolerance)))
  return 2 + Math.max(0, halvings)
}
