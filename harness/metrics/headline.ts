import type { Scenario } from '../scenario/schema.ts'
import type { MetricKey } from './catalogue.ts'

/**
 * The one metric that a scenario is about: decode rate for a single stream, aggregate output throughput for several;
 * seconds an image for one request at a time, images/s for several; steps/s of training.
 */
export function headlineMetric(scenario: Scenario): MetricKey {
  const { kind, load } = scenario
  if (kind === 'training') return 'stepsPerS'
  if (kind === 'image') return load.shape === 'closed' && load.concurrency === 1 ? 'secondsPerImage' : 'imagesPerS'
  return load.shape === 'closed' && load.concurrency === 1 ? 'decodeTokensPerS' : 'outputTokensPerS'
}
