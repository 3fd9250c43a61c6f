import { headlineMetric } from '../metrics/headline.ts'
import { resultOf } from '../metrics/result.ts'
import { intervalQuantile, isCertain } from '../metrics/stopping.ts'
import { provenanceOf } from '../record/provenance.ts'
import type { RunRecord, TrainingJob } from '../record/schema/run.ts'
import type { Trial } from '../record/schema/trial.ts'

/** What one trial gave. */
export interface TrialEnd {
  readonly figures: Trial
  /** Whether a stream of it had the stamp of the simulator. */
  readonly simulated: boolean
  readonly fingerprint: string | null
  /** What a training command printed of its settings, so far. */
  readonly config: TrainingJob['config'] | null
}

/**
 * The record with one more trial: the result over all trials so far, and whether it is certain enough. Once a part of
 * a run was simulated, all of it is: no later trial makes it live again.
 */
export function addTrial(record: RunRecord, end: TrialEnd): RunRecord {
  const { scenario, gpus, endpoint, training, trialBounds } = record
  const trials = [...record.trials, end.figures]
  const result = resultOf(trials, trialBounds && intervalQuantile(trials.length, trialBounds))
  const provenance =
    record.source === 'simulated' ? {} : provenanceOf({ gpus, simulatedBy: null, streamsSimulated: end.simulated })
  return {
    ...record,
    ...provenance,
    endpoint: { ...endpoint, systemFingerprint: endpoint.systemFingerprint ?? end.fingerprint },
    ...(training && end.config ? { training: { ...training, config: end.config } } : {}),
    trials,
    result,
    converged: isCertain(result[headlineMetric(scenario)], scenario.certainty.target),
  }
}
