import { type MetricKey, metricKeys, metrics } from '../../harness/metrics/catalogue.ts'
import type { Metric } from '../../harness/metrics/metric.ts'

/** The tables of docs/metrics.md: every metric of the catalogue, a table per group of kinds. */
export function metricTables(): string {
  const groups = Map.groupBy(metricKeys, (key) => metrics[key].kinds.join(', '))
  return [...groups].map(([kinds, keys]) => `### Runs of ${kinds}\n\n${tableOf(keys)}`).join('\n\n')
}

function tableOf(keys: readonly MetricKey[]): string {
  const head = '| metric | key | unit | better | formula | shown in |\n|---|---|---|---|---|---|'
  return [head, ...keys.map((key) => rowOf(key, metrics[key]))].join('\n')
}

const rowOf = (key: MetricKey, metric: Metric): string =>
  `| ${[metric.label, `\`${key}\``, unitOf(metric), metric.better ?? '-', metric.formula, shownIn(metric)].join(' | ')} |`

const unitOf = ({ unit, shownAs }: Metric): string => {
  const stored = unit === '1' ? 'no unit' : unit
  return shownAs === undefined ? stored : `${stored} (shown in ${shownAs.unit})`
}

function shownIn({ inSummary, inQuote, comparison }: Metric): string {
  const places = [
    'record',
    ...(inSummary ? ['summary', 'report'] : []),
    ...(comparison === undefined ? [] : ['comparison']),
    ...(inQuote ? ['quote'] : []),
  ]
  return places.join(', ')
}
