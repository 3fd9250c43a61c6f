import type { Measured } from '../../record/measured.ts'
import type { MetricResult } from '../../record/schema/result.ts'
import type { TurnValues } from '../../record/schema/session.ts'
import type { TextTrial } from '../../record/schema/trial.ts'
import { metricResult } from '../result.ts'
import type { TurnBin } from './turn-bins.ts'

/** The values of some turns over the trials of a run: means with their 95 % intervals. */
export interface TurnResults extends TurnBin {
  /** Requests of all trials. */
  readonly requests: number
  readonly promptTokens: MetricResult
  readonly cachedShare: MetricResult
  readonly ttftMsP50: MetricResult
  readonly ttftMsP90: MetricResult
  readonly tpotMsP50: MetricResult
}

/** The values by turn of all trials of a run, in order; over the trials that have requests of these turns. */
export function turnsOverTrials(trials: readonly TextTrial[]): TurnResults[] {
  const all = trials.flatMap(({ sessions }) => sessions?.byTurn ?? []).toSorted((a, b) => a.fromTurn - b.fromTurn)
  return [...Map.groupBy(all, ({ fromTurn }) => fromTurn).values()].map((turns) => {
    const over = (of: (values: TurnValues) => Measured, unit: string) => metricResult(turns.map(of), unit)
    const [{ fromTurn, toTurn }] = turns as [TurnValues]
    return {
      fromTurn,
      toTurn,
      requests: turns.reduce((sum, { requests }) => sum + requests, 0),
      promptTokens: over((values) => values.promptTokens, 'tokens'),
      cachedShare: over((values) => values.cachedShare, '1'),
      ttftMsP50: over((values) => values.ttftMs.p50, 'ms'),
      ttftMsP90: over((values) => values.ttftMs.p90, 'ms'),
      tpotMsP50: over((values) => values.tpotMs.p50, 'ms'),
    }
  })
}
