import type { ResultKey } from '../record/schema.ts'
import type { Scenario } from '../scenario/schema.ts'

/** The one metric that a scenario is about: decode rate for a single stream, aggregate output throughput for several. */
export function headlineMetric(scenario: Scenario): ResultKey {
  const { load } = scenario
  return load.shape === 'closed' && load.concurrency === 1 ? 'decodeTokensPerS' : 'outputTokensPerS'
}
