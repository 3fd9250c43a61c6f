import { comparedMetric } from '../../harness/metrics/catalogue.ts'
import { printable } from '../render/plain-text.ts'
import type { Comparison } from './comparison.ts'
import { explanationOf } from './words.ts'

/** Increases when a key is removed or changes its meaning; new keys do not count. */
export const COMPARISON_JSON_VERSION = 1

/**
 * A comparison as one JSON document: `verdict`, `regressed`, `simulated` and `stamp`, `differences[]`, and by scenario and
 * metric: means, `difference` and `relative` with their 95 % intervals, `p`, `pAdjusted` (Holm), `pEquivalence` (the two
 * one-sided tests), `verdict`, `explanation`, `settling`. Shares are fractions, values unrounded, unknown is null.
 */
export function comparisonDocument(comparison: Comparison): object {
  const { records: _records, scenarios, ...head } = comparison
  const document = {
    format: 'joulemark-comparison',
    version: COMPARISON_JSON_VERSION,
    ...head,
    regressed: comparison.verdict === 'regressed',
    stamp: comparison.simulated ? 'SIMULATED' : null,
    scenarios: scenarios.map((scenario) => ({
      ...scenario,
      metrics: scenario.metrics.map((metric) => {
        const {
          unit,
          better,
          comparison: { decides },
        } = comparedMetric(metric.key)
        return { ...metric, unit, better, decides, explanation: explanationOf(metric) }
      }),
    })),
  }
  return JSON.parse(
    JSON.stringify(document, (_key, value) => (typeof value === 'string' ? printable(value) : value)),
  ) as object
}
