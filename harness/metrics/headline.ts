import { isScheduled } from '../scenario/load-shape.ts'
import type { Scenario } from '../scenario/schema.ts'
import type { MetricKey } from './catalogue.ts'

/**
 * The headline metric of a scenario: decode rate for one stream, total output throughput for several; seconds per image
 * for one request at a time, images/s for several; texts/s for embeddings; steps/s for training.
 */
export function headlineMetric(scenario: Scenario): MetricKey {
  const { kind, load } = scenario
  if (kind === 'training') return 'stepsPerS'
  if (kind === 'image') return load.shape === 'closed' && load.concurrency === 1 ? 'secondsPerImage' : 'imagesPerS'
  if (kind === 'embeddings') return 'textsPerS'
  return load.shape === 'closed' && load.concurrency === 1 ? 'decodeTokensPerS' : 'outputTokensPerS'
}

/** The metrics of TTFT that a scenario is judged by: from the schedule where requests have one, else from the dispatch. */
export const ttftMetrics = ({
  load,
}: Pick<Scenario, 'load'>): { readonly median: MetricKey; readonly p99: MetricKey } =>
  isScheduled(load)
    ? { median: 'ttftFromScheduleMsP50', p99: 'ttftFromScheduleMsP99' }
    : { median: 'ttftMsP50', p99: 'ttftMsP99' }

/** What a run of each kind gives per second: of one column, whatever the load. */
export const rateMetric = {
  text: 'outputTokensPerS',
  image: 'imagesPerS',
  embeddings: 'textsPerS',
  training: 'stepsPerS',
} as const satisfies Readonly<Record<Scenario['kind'], MetricKey>>

/** What a run of each kind gives for its energy. */
export const energyMetric = {
  text: 'tokensPerJ',
  image: 'joulesPerImage',
  embeddings: 'joulesPer1000Texts',
  training: 'joulesPerStep',
} as const satisfies Readonly<Record<Scenario['kind'], MetricKey>>
