import { withCardFigures } from '../energy/card-trials.ts'
import { messageOf } from '../errors.ts'
import { sealed, signed } from '../evidence/seal.ts'
import { evaluateGates } from '../gates/evaluate.ts'
import { isQuotable } from '../gates/quotable.ts'
import { certifyClient } from '../load/certificate.ts'
import { findDrift } from '../metrics/drift.ts'
import { headlineMetric } from '../metrics/headline.ts'
import { resultOf } from '../metrics/result.ts'
import { intervalQuantile, isCertain, mayStop, type TrialBounds, trialBounds } from '../metrics/stopping.ts'
import { servingUuids } from '../physics/serving-gpus.ts'
import { Collector } from '../record/collector.ts'
import { canonicalSha256, provenanceOf } from '../record/provenance.ts'
import { readRows } from '../record/read.ts'
import { type RunRecord, SCHEMA_VERSION } from '../record/schema/run.ts'
import type { GpuTelemetry } from '../record/schema/telemetry.ts'
import { RunWriter, runId } from '../record/writer.ts'
import type { PlainScenarioFile } from '../scenario/expand.ts'
import { connectionsOf } from '../scenario/load-shape.ts'
import { readHost } from '../telemetry/host.ts'
import { type Bench, coolBefore, openBench, restIdle, runTrial, type TrialEnd, warmUp } from './measure.ts'
import { type Prepared, prepareRun } from './prepare.ts'
import type { RunOptions } from './run-options.ts'

/** A run on disk. */
export interface FinishedRun {
  readonly directory: string
  readonly record: RunRecord
}

/**
 * One scenario, top to bottom: look at the box and the server, warm up, run trials until the figure is certain
 * enough, evaluateGates, write. Throws before anything is written when input or world are wrong; from then on the record on
 * disk is valid at every moment, and says `failed` when this throws.
 */
export async function runScenario(file: PlainScenarioFile, options: RunOptions): Promise<FinishedRun> {
  const prepared = await prepareRun(file, options)
  const { scenario, workload } = prepared
  const certificate =
    options.certify && scenario.kind === 'text' && workload.oom === null
      ? await certifyClient(connectionsOf(scenario.load), scenario.prompt.tokens)
      : null
  const startedAt = options.clock.wall()
  const originMs = options.clock.nowMs()
  const writer = new RunWriter(
    options.outDir,
    runId(startedAt, prepared.card.key ?? options.card ?? 'no-gpu', prepared.scenario.name),
  )
  for (const name of ['requests.csv', 'tokens.csv', 'gaps.csv', 'gpu.csv', 'server.csv'] as const) writer.openCsv(name)
  if (scenario.kind === 'training') writer.openCsv('steps.csv')
  if (prepared.gpus.length > 0) writer.openCsv('counter.csv')
  let record = openRecord(writer.id, prepared, options, certificate, startedAt, originMs)
  writer.writeRecord(record)
  options.progress.started(prepared.scenario, writer.directory, prepared.gpus)
  if (prepared.telemetry.reason) options.progress.warn(prepared.telemetry.reason)

  const keep = (next: RunRecord) => {
    record = next
    writer.writeRecord(next)
  }
  const minutes = prepared.scenario.trial.runTimeoutMinutes
  const timeUp = AbortSignal.timeout(minutes * 60_000)
  const bounded: RunOptions = { ...options, drain: AbortSignal.any([options.drain, timeUp]) }
  try {
    if (workload.oom === null) {
      await measure(prepared, bounded, new Collector(writer), originMs, record, keep, (telemetry) => {
        record = { ...record, telemetry }
      })
    }
    if (record.telemetry) {
      record = { ...record, telemetry: await cardFigures(record.telemetry, record, writer.directory) }
    }
    if (scenario.kind === 'text' && workload.oom === null) {
      const drift = findDrift(record.trials, await readRows(writer.directory, 'tokens.csv'))
      for (const finding of drift.findings) options.progress.warn(finding)
      record = { ...record, drift }
    }
    if (record.oom) options.progress.warn(`out of memory, which is the result: ${record.oom.evidence}`)
    record = { ...record, status: bounded.drain.aborted ? 'interrupted' : 'complete' }
    if (timeUp.aborted) record = { ...record, failure: `ended in good order after runTimeoutMinutes: ${minutes}` }
  } catch (error) {
    record = { ...record, status: 'failed', failure: messageOf(error) }
    throw error
  } finally {
    const gates = evaluateGates(record)
    const quotable = isQuotable({ ...record, gates })
    const files = writer.closeFiles()
    keep(sealed({ ...record, endedAt: options.clock.wall().toISOString(), gates, quotable, files }))
    if (options.signingKey && record.status !== 'failed')
      keep(await signed(writer.directory, record, options.signingKey))
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
  watched: (telemetry: GpuTelemetry) => void,
): Promise<void> {
  const { clock, progress } = options
  const watching = await prepared.telemetry.watch({
    clock,
    originMs,
    servingUuids: servingUuids(prepared.gpus),
    onRow: (row) => collector.addSample(row),
    onCounterRow: (row) => collector.addCounterRow(row),
    onWarning: (message) => progress.warn(message),
  })
  let rested: Awaited<ReturnType<typeof restIdle>> = null
  try {
    const bench = await openBench(prepared, options, collector, originMs)
    const unlink = linkInterrupts(bench, options)
    try {
      rested = await restIdle(bench)
      await warmUp(bench)
      await runTrials(bench, opened, keep)
    } finally {
      unlink()
      await bench.load.close()
    }
  } finally {
    const seen = await watching.stop()
    const unknown = { startMs: null, endMs: null, reason: 'the scenario sets no trial.idleSeconds' }
    if (seen) watched({ ...seen, idle: { ...(rested ?? unknown), powerW: null, pstates: [] }, trials: [] })
  }
}

/** What the rows on disk tell of the cards. */
async function cardFigures(seen: GpuTelemetry, record: RunRecord, directory: string): Promise<GpuTelemetry> {
  return withCardFigures(seen, record.trials, {
    gpuRows: await readRows(directory, 'gpu.csv'),
    counterRows: await readRows(directory, 'counter.csv'),
    servingUuids: servingUuids(record.gpus),
  })
}

async function runTrials(bench: Bench, opened: RunRecord, keep: (record: RunRecord) => void): Promise<void> {
  const { options, prepared } = bench
  const bounds = trialBounds(prepared.scenario.certainty, options.trials)
  let record: RunRecord = { ...opened, trialBounds: bounds }
  while (!mayStop(record, bounds) && !options.drain.aborted) {
    if (bench.heard.oom !== null) break
    record = await cooled(bench, record)
    keep(record)
    if (options.drain.aborted) break
    const end = await runTrial(bench, record.trials.length)
    record = withTrial(record, end, bench.collector.samplesAtTrialEnd, prepared, bounds)
    if (bench.heard.config && record.training) {
      record = { ...record, training: { ...record.training, config: bench.heard.config } }
    }
    keep(record)
    options.progress.trialDone(end.figures, record)
  }
  // what was done before memory ran out is no figure of the scenario: the trials stay, the result goes
  if (bench.heard.oom !== null) keep({ ...record, result: {}, converged: null, oom: { evidence: bench.heard.oom } })
}

/** The record with the wait before its next trial, where its scenario wants one. */
async function cooled(bench: Bench, record: RunRecord): Promise<RunRecord> {
  const wait = await coolBefore(bench, record.trials.length)
  if (wait === null) return record
  const before = record.coolDowns ?? []
  // a card without a thermometer is said once, not before every trial
  const isNews = wait.outcome !== 'temperature-unknown' || before.every(({ outcome }) => outcome !== wait.outcome)
  if (wait.finding !== undefined && isNews) bench.options.progress.warn(wait.finding)
  return { ...record, coolDowns: [...before, wait] }
}

/** The record with one more trial: figures over all trials so far, and whether they are certain enough. */
function withTrial(
  record: RunRecord,
  end: TrialEnd,
  gpuRows: number,
  prepared: Prepared,
  bounds: TrialBounds,
): RunRecord {
  const trials = [...record.trials, { ...end.figures, gpuRows }]
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

function openRecord(
  id: string,
  prepared: Prepared,
  options: RunOptions,
  certificate: RunRecord['certificate'],
  startedAt: Date,
  originMs: number,
): RunRecord {
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
    ...(telemetry.fingerprint ? { fingerprint: telemetry.fingerprint } : {}),
    endpoint: prepared.endpoint,
    certificate,
    trials: [],
    converged: null,
    result: {},
    gates: [],
    quotable: false,
    ...(options.serverStart ? { serverStart: options.serverStart } : {}),
    ...(prepared.workload.oom === null ? {} : { oom: { evidence: prepared.workload.oom } }),
    ...(prepared.workload.command ? { training: { command: [...prepared.workload.command], config: {} } } : {}),
    files: {},
  }
}
