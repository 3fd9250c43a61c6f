import { metricKeys, metrics } from '../../harness/metrics/catalogue.ts'
import { heads } from '../../reports/openmetrics/heads.ts'
import { exportedMetric } from '../../reports/openmetrics/names.ts'

/** The tables of docs/monitoring.md: every metric that is exported. */
export function exportedTables(): string {
  const figures = metricKeys.map((key) => {
    const { mean } = exportedMetric(key)
    return `| \`${mean.name}\` | \`${key}\` | ${mean.unit ?? '-'} | ${metrics[key].kinds.join(', ')} |`
  })
  const others = Object.values(heads).map(({ name, help }) => `| \`${name}\` | ${help} |`)
  return [
    ['| figure | key in the record | unit | runs of |', '|---|---|---|---|', ...figures].join('\n'),
    ['| besides | |', '|---|---|', ...others].join('\n'),
  ].join('\n\n')
}
