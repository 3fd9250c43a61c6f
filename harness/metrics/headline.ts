import type { Scenario } from '../scenario/schema.ts'
import type { MetricKey } from './catalogue.ts'

/**
 * The headline metric of a scenario: decode rate for one stream, total output throughput for several; seconds per image
 * for one request at a time, images/s for several; steps/s for training.
 */
export function headlineMetric(scenario: Scenario): MetricKey {
  const { kind, load } = scenario
  if (kind === 'training') return 'stepsPerS'
  if (kind === 'image') return load.shape === 'closed' && load.concurrency === 1 ? 'secondsPerImage' : 'imagesPerS'
  return load.shape === 'closed' && load.concurrency === 1 ? 'decodeTokensPerS' : 'outputTokensPerS'
}
