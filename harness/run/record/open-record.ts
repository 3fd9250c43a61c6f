import { METRIC_DEFINITIONS } from '../../metrics/definitions.ts'
import { trialBounds } from '../../metrics/stopping.ts'
import { canonicalSha256, provenanceOf } from '../../record/provenance.ts'
import { type RunRecord, SCHEMA_VERSION } from '../../record/schema/run.ts'
import { ownMark } from '../../telemetry/host/process-mark.ts'
import { readHost } from '../../telemetry/snapshot/host.ts'
import type { Prepared } from '../prepare.ts'
import type { RunOptions } from '../run-options.ts'

/** Everything known about a run before its first request. */
export interface Opening {
  readonly prepared: Prepared
  readonly options: RunOptions
  readonly certificate: RunRecord['certificate']
  readonly startedAt: Date
  /** Time 0 of the run, on the common clock. */
  readonly originMs: number
}

/** The record of a run at its start: everything known beforehand, without results. */
export function openRecord(id: string, { prepared, options, certificate, startedAt, originMs }: Opening): RunRecord {
  const { gpus, simulatedBy, scenario, telemetry, workload } = prepared
  return {
    schemaVersion: SCHEMA_VERSION,
    id,
    status: 'running',
    ...provenanceOf({ gpus, simulatedBy, streamsSimulated: false }),
    startedAt: startedAt.toISOString(),
    endedAt: null,
    clock: { originMs },
    tool: options.tool,
    scenario,
    scenarioSha256: canonicalSha256(scenario),
    ...(options.quick ? { quick: true as const } : {}),
    ...(workload.model ? { model: workload.model } : {}),
    card: prepared.card,
    host: readHost(),
    process: ownMark(),
    gpus: [...gpus],
    ...(telemetry.reason ? { gpusReason: telemetry.reason } : {}),
    ...(telemetry.fingerprint ? { fingerprint: telemetry.fingerprint } : {}),
    endpoint: options.serverInUse ? { ...prepared.endpoint, inUseAtStart: options.serverInUse } : prepared.endpoint,
    certificate,
    metricDefinitions: METRIC_DEFINITIONS,
    trials: [],
    converged: null,
    result: {},
    gates: [],
    quotable: false,
    ...(options.serverStart ? { serverStart: options.serverStart } : {}),
    ...(options.cardProbe ? { cardProbe: options.cardProbe } : {}),
    ...(options.box ? { box: options.box } : {}),
    ...(options.setting ? { setting: options.setting } : {}),
    ...(workload.oom === null
      ? {
          trialBounds: {
            ...trialBounds(scenario.certainty, options.trials, options.mostTrials),
            effectiveTrials: true,
          },
        }
      : { oom: { ...(workload.oomReason ? { reason: workload.oomReason } : {}), evidence: workload.oom } }),
    ...(workload.command ? { training: { command: [...workload.command], config: {} } } : {}),
    files: {},
  }
}
