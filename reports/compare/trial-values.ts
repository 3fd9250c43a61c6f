import { comparedMetric, comparedMetrics, type MetricKey } from '../../harness/metrics/catalogue.ts'
import { numberOf } from '../../harness/record/measured.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { type ObservedStarts, observedStarts } from '../../harness/verdict/starts.ts'
import type { MetricValues, PastStarts } from '../../harness/verdict/verdict.ts'
import { startsOf } from './starts-of-runs.ts'

/** The trial values of one side, by metric and start of the server; a value that was not measured is null. */
export function valuesOf(runs: readonly RunRecord[], keys: readonly MetricKey[]): MetricValues {
  const starts = startsOf(runs).map((start) => start.flatMap(({ trials }) => trials))
  return Object.fromEntries(
    keys.map((key) => {
      const { of } = comparedMetric(key)
      return [key, starts.map((trials) => trials.map((trial) => numberOf(of(trial))))]
    }),
  )
}

/** What the starts of earlier baselines showed, by metric: each group holds the runs of one scenario. */
export function pastStarts(groups: readonly (readonly RunRecord[])[]): PastStarts {
  const shown: Partial<Record<MetricKey, ObservedStarts[]>> = {}
  for (const runs of groups) {
    const [first] = runs
    if (first === undefined) continue
    for (const [key, values] of Object.entries(valuesOf(runs, comparedMetrics(first.scenario)))) {
      const starts = observedStarts(values)
      if (starts !== null) shown[key as MetricKey] = [...(shown[key as MetricKey] ?? []), starts]
    }
  }
  return shown
}
