import { preemptedRequests, queuedFindings, queuedTrials } from '../../gates/queued.ts'
import { metricResult } from '../../metrics/result.ts'
import { missing } from '../../record/measured.ts'
import type { RunRecord } from '../../record/schema/run.ts'
import { trialsOfKind } from '../../record/trials-of-kind.ts'
import { counted } from '../../units.ts'
import { type Obstacle, type Spread, type SweepPoint, spreadOf } from './sweep-point.ts'

/** A run of a closed loop as a point of a sweep; null for any other run. */
export function pointOfRun(record: RunRecord): SweepPoint | null {
  const { scenario, result } = record
  if (scenario.kind !== 'text' || scenario.load.shape !== 'closed') return null
  return {
    concurrency: scenario.load.concurrency,
    tokensPerS: spreadOf(result['outputTokensPerS']),
    sloShare: sloShareOfRun(record),
    obstacle: obstacleOf(record),
  }
}

/**
 * Share of the requests that met every limit of the SLO: mean over the trials with its interval, which ends at 0 and 1. Null
 * without an SLO, and where no request was due in one of the trials.
 */
export function sloShareOfRun({ trials }: Pick<RunRecord, 'trials'>): Spread | null {
  const shares = trialsOfKind(trials, 'text').map(({ sloShare }) => sloShare ?? missing('the scenario states no SLO'))
  const spread = spreadOf(metricResult(shares, 'share'))
  if (spread === null || spread.ci95 === null) return spread
  return { ...spread, ci95: [Math.max(0, spread.ci95[0]), Math.min(1, spread.ci95[1])] }
}

/** Why a run gave no usable figures, or why a higher load can tell nothing more; null where neither is so. */
function obstacleOf(record: RunRecord): Obstacle | null {
  const { oom, status, failure, gates, trials } = record
  if (oom) return { kind: 'failed', reason: `out of memory (${oom.evidence})` }
  if (status === 'failed') return { kind: 'failed', reason: failure ?? 'the run failed' }
  const errors = gates.find((gate) => gate.id === 'error-rate' && gate.status === 'fail')
  if (errors) return { kind: 'failed', reason: `too many errors (${errors.evidence})` }
  const [queued] = queuedFindings(record)
  // in some trials only, a scrape may have missed the fullest step
  if (queued !== undefined && queuedTrials(record).length === trials.length) return { kind: 'queued', reason: queued }
  const preempted = preemptedRequests(trials)
  return preempted > 0
    ? { kind: 'queued', reason: `the KV cache was too small: ${counted(preempted, 'request')} preempted` }
    : null
}
