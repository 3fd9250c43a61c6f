import type { RunRecord } from '../../record/schema/run.ts'
import { isScheduled } from '../../scenario/load-shape.ts'
import type { MetricKey } from '../catalogue.ts'

/** The percentiles of one latency, p50 first, as metrics. */
export interface LatencyPercentiles {
  readonly name: string
  readonly keys: readonly [p50: MetricKey, p90: MetricKey, p95: MetricKey, p99: MetricKey]
}

const tpot: LatencyPercentiles = { name: 'TPOT', keys: ['tpotMsP50', 'tpotMsP90', 'tpotMsP95', 'tpotMsP99'] }
const itl: LatencyPercentiles = {
  name: 'ITL',
  keys: ['chunkGapMsP50', 'chunkGapMsP90', 'chunkGapMsP95', 'chunkGapMsP99'],
}
const e2e: LatencyPercentiles = { name: 'E2E', keys: ['e2eMsP50', 'e2eMsP90', 'e2eMsP95', 'e2eMsP99'] }

/**
 * The latencies of a run that people look for first, each with p50, p90, p95 and p99: TTFT (from the schedule where requests
 * have one), TPOT, ITL and E2E of text, E2E of images and embeddings. Training has none.
 */
export function shownPercentiles({ kind, load }: Pick<RunRecord['scenario'], 'kind' | 'load'>): LatencyPercentiles[] {
  if (kind === 'training') return []
  if (kind === 'embeddings') return [{ name: 'E2E', keys: ['e2eMsP50', 'e2eMsP90', 'e2eMsP95', 'embeddingsMsP99'] }]
  if (kind === 'image') return [e2e]
  const ttft: LatencyPercentiles = isScheduled(load)
    ? {
        name: 'TTFT',
        keys: ['ttftFromScheduleMsP50', 'ttftFromScheduleMsP90', 'ttftFromScheduleMsP95', 'ttftFromScheduleMsP99'],
      }
    : { name: 'TTFT', keys: ['ttftMsP50', 'ttftMsP90', 'ttftMsP95', 'ttftMsP99'] }
  return [ttft, tpot, itl, e2e]
}
