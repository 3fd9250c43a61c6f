import { metrics } from '../../harness/metrics/catalogue.ts'
import { headlineMetric } from '../../harness/metrics/headline.ts'
import { metricResult } from '../../harness/metrics/result.ts'
import { knownOf, measured } from '../../harness/record/measured.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'

/**
 * The results of several starts of one server, one line per scenario: the headline metric of each start, their mean, and
 * its 95 % interval from the variation between starts. Trials of one start are correlated, so their number does not
 * count here. Scenarios with one start have no line.
 */
export function restartLines(runs: readonly RunRecord[]): string[] {
  const usable = runs.filter((run) => run.status === 'complete' && run.trials.length > 0)
  const groups = Map.groupBy(usable, (run) => `${run.scenarioSha256} ${run.scenario.name}`)
  return [...groups.values()].filter((group) => group.length > 1).map(lineOf)
}

function lineOf(runs: readonly RunRecord[]): string {
  const { scenario } = runs[0]!
  const key = headlineMetric(scenario)
  const means = runs.map((run) => measured(run.result[key]?.mean ?? null, 'not measured in every start'))
  const figure = metricResult(means, metrics[key].unit)
  const stamp = runs.some((run) => run.source === 'simulated') ? ' SIMULATED' : ''
  const head = `${scenario.name}, ${metrics[key].label}, ${runs.length} server starts:`
  if (figure.mean === null) return `${head} ${figure.reason}`
  if (figure.ci95 === null) return `${head} no confidence interval`
  const half = ((figure.ci95[1] - figure.ci95[0]) / 2 / figure.mean) * 100
  const each = knownOf(means)
    .map((mean) => mean.toFixed(1))
    .join(', ')
  return `${head} ${figure.mean.toFixed(1)} ${figure.unit} ± ${half.toFixed(1)} %${stamp} (${each})`
}
