import { plainFingerprint } from '../../endpoint/fingerprint-text.ts'
import { headlineMetric } from '../../metrics/headline.ts'
import { resultOf } from '../../metrics/result.ts'
import { intervalRule, isCertain } from '../../metrics/stopping.ts'
import { provenanceOf } from '../../record/provenance.ts'
import type { RunRecord, TrainingJob } from '../../record/schema/run.ts'
import type { Trial } from '../../record/schema/trial.ts'

/** The outcome of one trial. */
export interface TrialEnd {
  readonly trial: Trial
  /** Whether any of its streams carried the stamp of the simulator. */
  readonly simulated: boolean
  readonly fingerprint: string | null
  /** The settings that a training command has printed so far. */
  readonly config: TrainingJob['config'] | null
}

/**
 * The record with one more trial: the result over all trials so far, and whether the headline metric is known as
 * precisely as the scenario requires. A run with one simulated part stays simulated, whatever its later trials report.
 */
export function addTrial(record: RunRecord, end: TrialEnd): RunRecord {
  const { scenario, trialBounds } = record
  const trials = [...record.trials, end.trial]
  const result = resultOf(trials, intervalRule(trials.length, trialBounds))
  return {
    ...withoutTrial(record, end),
    trials,
    result,
    converged: isCertain(result[headlineMetric(scenario)], scenario.certainty.target),
  }
}

/** The record with what a trial tells of server and command, without its values: a trial that was cut has none. */
export function withoutTrial(record: RunRecord, end: TrialEnd): RunRecord {
  const { gpus, endpoint, training } = record
  const provenance =
    record.source === 'simulated' ? {} : provenanceOf({ gpus, simulatedBy: null, streamsSimulated: end.simulated })
  return {
    ...record,
    ...provenance,
    endpoint: {
      ...endpoint,
      systemFingerprint:
        endpoint.systemFingerprint ?? (end.fingerprint === null ? null : plainFingerprint(end.fingerprint, null)),
    },
    ...(training && end.config ? { training: { ...training, config: end.config } } : {}),
  }
}
