import { messageOf } from './errors.ts'
import { type Bench, openBench, runTrial, type TrialEnd, warmUp } from './measure.ts'
import { findDrift } from './metrics/drift.ts'
import { isQuotable } from './metrics/gates.ts'
import { headlineMetric } from './metrics/headline.ts'
import { judge } from './metrics/judge.ts'
import { resultOf } from './metrics/result.ts'
import { intervalQuantile, isCertain, mayStop, type TrialBounds, trialBounds } from './metrics/stopping.ts'
import { type Prepared, prepareRun } from './prepare.ts'
import { Collector } from './record/collector.ts'
import { canonicalSha256, provenanceOf } from './record/provenance.ts'
import { readRows } from './record/read.ts'
import { type RunRecord, SCHEMA_VERSION } from './record/schema.ts'
import { RunWriter, runId } from './record/writer.ts'
import type { RunOptions } from './run-options.ts'
import type { PlainScenarioFile } from './scenario/expand.ts'
import { readHost } from './telemetry/host.ts'

/** A run on disk. */
export interface FinishedRun {
  readonly directory: string
  readonly record: RunRecord
}

/**
 * One scenario, top to bottom: look at the box and the server, warm up, run trials until the figure is certain
 * enough, judge, write. Throws before anything is written when input or world are wrong; from then on the record on
 * disk is valid at every moment, and says `failed` when this throws.
 */
export async function runScenario(file: PlainScenarioFile, options: RunOptions): Promise<FinishedRun> {
  const prepared = await prepareRun(file, options)
  const startedAt = options.clock.wall()
  const originMs = options.clock.nowMs()
  const writer = new RunWriter(
    options.outDir,
    runId(startedAt, prepared.card.key ?? options.card ?? 'no-gpu', prepared.scenario.name),
  )
  for (const name of ['requests.csv', 'tokens.csv', 'gaps.csv', 'gpu.csv'] as const) writer.openCsv(name)
  let record = openRecord(writer.id, prepared, options, startedAt, originMs)
  writer.writeRecord(record)
  options.progress.started(prepared.scenario, writer.directory, prepared.gpus)
  if (prepared.telemetry.reason) options.progress.warn(prepared.telemetry.reason)

  const keep = (next: RunRecord) => {
    record = next
    writer.writeRecord(next)
  }
  try {
    await measure(prepared, options, new Collector(writer), originMs, record, keep)
    const drift = findDrift(record.trials, await readRows(writer.directory, 'tokens.csv'))
    for (const finding of drift.findings) options.progress.warn(finding)
    record = { ...record, drift, status: options.drain.aborted ? 'interrupted' : 'complete' }
  } catch (error) {
    record = { ...record, status: 'failed', failure: messageOf(error) }
    throw error
  } finally {
    const gates = judge(record)
    const quotable = isQuotable(record.status, gates)
    keep({ ...record, endedAt: options.clock.wall().toISOString(), gates, quotable, files: writer.closeFiles() })
  }
  return { directory: writer.directory, record }
}

/** Sampling around everything, load inside it, trials inside that. */
async function measure(
  prepared: Prepared,
  options: RunOptions,
  collector: Collector,
  originMs: number,
  opened: RunRecord,
  keep: (record: RunRecord) => void,
): Promise<void> {
  const { clock, progress } = options
  const watching = await prepared.telemetry.watch({
    clock,
    originMs,
    onRow: (row) => collector.addSample(row),
    onWarning: (message) => progress.warn(message),
  })
  try {
    const bench = await openBench(prepared, options, collector, originMs)
    const unlink = linkInterrupts(bench, options)
    try {
      await warmUp(bench)
      await runTrials(bench, opened, keep)
    } finally {
      unlink()
      await bench.load.close()
    }
  } finally {
    await watching.stop()
  }
}

async function runTrials(bench: Bench, opened: RunRecord, keep: (record: RunRecord) => void): Promise<void> {
  const { options, prepared } = bench
  const bounds = trialBounds(prepared.scenario.certainty, options.trials)
  let record: RunRecord = { ...opened, trialBounds: bounds }
  while (!mayStop(record, bounds) && !options.drain.aborted) {
    const end = await runTrial(bench, record.trials.length)
    record = withTrial(record, end, prepared, bounds)
    keep(record)
    options.progress.trialDone(end.figures, record)
  }
}

/** The record with one more trial: figures over all trials so far, and whether they are certain enough. */
function withTrial(record: RunRecord, end: TrialEnd, prepared: Prepared, bounds: TrialBounds): RunRecord {
  const trials = [...record.trials, end.figures]
  const result = resultOf(trials, intervalQuantile(trials.length, bounds))
  const { certainty } = prepared.scenario
  const converged = isCertain(result[headlineMetric(prepared.scenario)], certainty.target)
  const simulated = provenanceOf({
    gpus: prepared.gpus,
    simulatedBy: prepared.simulatedBy,
    streamsSimulated: end.simulated,
  })
  const provenance =
    record.source === 'simulated' ? { source: record.source, sourceEvidence: record.sourceEvidence } : simulated
  const endpoint = { ...record.endpoint, systemFingerprint: record.endpoint.systemFingerprint ?? end.fingerprint }
  return { ...record, ...provenance, endpoint, trials, result, converged }
}

function linkInterrupts(bench: Bench, options: RunOptions): () => void {
  const drain = () => bench.load.stopSending()
  const abort = () => bench.load.abort()
  options.drain.addEventListener('abort', drain)
  options.abort.addEventListener('abort', abort)
  return () => {
    options.drain.removeEventListener('abort', drain)
    options.abort.removeEventListener('abort', abort)
  }
}

function openRecord(id: string, prepared: Prepared, options: RunOptions, startedAt: Date, originMs: number): RunRecord {
  const { gpus, simulatedBy, scenario, telemetry } = prepared
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
    card: prepared.card,
    host: readHost(),
    gpus: [...gpus],
    ...(telemetry.reason ? { gpusReason: telemetry.reason } : {}),
    endpoint: prepared.endpoint,
    trials: [],
    converged: null,
    result: {},
    gates: [],
    quotable: false,
    files: {},
  }
}
