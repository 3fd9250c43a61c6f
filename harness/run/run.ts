import { calibrateClient } from '../load/calibration.ts'
import { calibrationPlanOf } from '../load/calibration-plan.ts'
import { planLoad } from '../load/plan-load.ts'
import { findDrift } from '../metrics/drift.ts'
import { shellWord } from '../plain-text.ts'
import { DiskError } from '../record/disk/disk-error.ts'
import { readRows } from '../record/read.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import type { PlainScenarioFile } from '../scenario/expand.ts'
import { calledAs } from '../version.ts'
import { type Expectation, tellExpectation } from './expectation.ts'
import { RunJournal } from './journal.ts'
import { restIdle, warmUp } from './measure.ts'
import { type Prepared, prepareRun } from './prepare.ts'
import { primePrefixes } from './prime.ts'
import { type RunOptions, withSigningKey } from './run-options.ts'
import { withSession } from './session.ts'
import { runTrials } from './trials.ts'

/** A run on disk. */
export interface FinishedRun {
  readonly directory: string
  readonly record: RunRecord
}

/**
 * Runs one scenario: checks cards and server, warms up, runs trials until the headline metric is precise enough,
 * evaluates the gates and writes the record. Bad input or a failed environment throws before anything is written. From
 * then on the record on disk is valid at every moment; if this throws, its status is `failed` with the reason.
 */
export async function runOnce(file: PlainScenarioFile, options: RunOptions): Promise<FinishedRun> {
  const { progress } = options
  try {
    progress.doing(`${file.name}: checking server and cards`)
    const prepared = await prepareRun(file, options)
    const certificate = await calibrationOf(prepared, options)
    return await runPrepared(prepared, options, certificate)
  } finally {
    progress.ended()
  }
}

/** Runs a scenario whose inputs have been checked. */
export async function runPrepared(
  prepared: Prepared,
  given: RunOptions,
  certificate: RunRecord['certificate'],
): Promise<FinishedRun> {
  const options = withSigningKey(prepared, given)
  const startedAt = options.clock.wall()
  const originMs = options.clock.nowMs()
  const journal = RunJournal.open({ prepared, options, certificate, startedAt, originMs })
  try {
    const expectation: Expectation = { requests: null }
    announce(journal, { prepared, options, expectation })
    const timeUp = AbortSignal.timeout(Math.round(prepared.scenario.trial.runTimeoutMinutes * 60_000))
    const bounded = { ...options, drain: AbortSignal.any([options.drain, timeUp]) }
    if (prepared.workload.oom === null) {
      await withSession({ prepared, options: bounded, journal, originMs, expectation }, async (session) => {
        await restIdle(session)
        await primePrefixes(session)
        await warmUp(session)
        await runTrials(session)
      })
    }
    await journal.cardValues()
    if (prepared.workload.oom === null) await checkDrift(journal, options)
    warnOfMemory(journal, options)
    await journal.finish(endOf(bounded.drain.aborted, timeUp.aborted, prepared, journal.record))
  } catch (error) {
    const failure = journal.fail(error)
    // a disk that refuses says itself what is left and what to do
    if (!(failure instanceof DiskError)) options.progress.note(whereFailed(journal.directory))
    throw failure
  }
  return { directory: journal.directory, record: journal.record }
}

/** Where the record of a run is that broke off, and what tells more of it: the error alone names neither. */
const whereFailed = (directory: string): string =>
  `record of the failed run: ${directory}; why, with every gate: ${calledAs} list ${shellWord(directory)}`

/** Calibrates the client on this machine before the run; null if calibration is skipped or does not apply. */
async function calibrationOf(
  { scenario, workload }: Prepared,
  { calibrate, workers, certificate, progress }: RunOptions,
): Promise<RunRecord['certificate']> {
  if (certificate !== undefined) return certificate
  if (!calibrate || scenario.kind !== 'text' || workload.oom !== null) return null
  progress.doing(`${scenario.name}: calibrating the client`)
  return calibrateClient(calibrationPlanOf(scenario, await planLoad(scenario), workers))
}

function announce(
  journal: RunJournal,
  { prepared, options, expectation }: { prepared: Prepared; options: RunOptions; expectation: Expectation },
): void {
  const { telemetry, workload } = prepared
  const { progress, serverInUse } = options
  progress.started(journal.record, journal.directory)
  if (telemetry.reason) progress.warn(telemetry.reason)
  if (serverInUse) progress.warn(`the server is in use by other clients: ${serverInUse}`)
  for (const warning of telemetry.warnings) progress.warn(`nvidia-smi: ${warning}`)
  const from = { requestMs: workload.requestMs ?? null, basis: 'by the time of one request alone on the server' }
  tellExpectation(workload, from, expectation, progress)
}

async function checkDrift(journal: RunJournal, { progress }: RunOptions): Promise<void> {
  const { scenario, trials, trialBounds } = journal.record
  if (scenario.kind !== 'text') return
  const rows = await readRows(journal.directory, 'tokens.csv')
  const correlatedBlocks = trialBounds?.effectiveTrials === true
  const drift = findDrift(trialsOfKind(trials, 'text'), rows, { correlatedBlocks })
  for (const finding of drift.findings) progress.warn(finding)
  journal.drift(drift)
}

function warnOfMemory({ record: { oom } }: RunJournal, { progress }: RunOptions): void {
  if (oom) progress.warn(`out of memory is the result of this run: ${oom.evidence}`)
}

/** How a run ended that was not broken off by an error; a trial that was cut has said so in the record. */
function endOf(
  wasStopped: boolean,
  isTimeUp: boolean,
  { scenario }: Prepared,
  { failure }: RunRecord,
): Pick<RunRecord, 'status' | 'failure'> {
  if (!wasStopped) return { status: 'complete' }
  const timeUp = isTimeUp ? [`stopped after runTimeoutMinutes: ${scenario.trial.runTimeoutMinutes}`] : []
  const reasons = [...timeUp, ...(failure === undefined ? [] : [failure])]
  return { status: 'interrupted', ...(reasons.length === 0 ? {} : { failure: reasons.join('; ') }) }
}
