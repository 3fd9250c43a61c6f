import { certifyClient } from '../load/calibration.ts'
import { findDrift } from '../metrics/drift.ts'
import { readRows } from '../record/read.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import type { PlainScenarioFile } from '../scenario/expand.ts'
import { connectionsOf } from '../scenario/load-shape.ts'
import { RunJournal } from './journal.ts'
import { restIdle, warmUp } from './measure.ts'
import { type Prepared, prepareRun } from './prepare.ts'
import type { RunOptions } from './run-options.ts'
import { withSession } from './session.ts'
import { runTrials } from './trials.ts'

/** A run on disk. */
export interface FinishedRun {
  readonly directory: string
  readonly record: RunRecord
}

/**
 * One scenario, top to bottom: look at the box and the server, warm up, run trials until the figure is certain
 * enough, judge, write. Throws before anything is written when input or world are wrong; from then on the record on
 * disk is valid at every moment, and says `failed` with the reason when this throws.
 */
export async function runOnce(file: PlainScenarioFile, options: RunOptions): Promise<FinishedRun> {
  const prepared = await prepareRun(file, options)
  const certificate = await calibrateClient(prepared, options)
  return runPrepared(prepared, options, certificate)
}

/** The same from where everything is found fit to start. */
export async function runPrepared(
  prepared: Prepared,
  options: RunOptions,
  certificate: RunRecord['certificate'],
): Promise<FinishedRun> {
  const startedAt = options.clock.wall()
  const originMs = options.clock.nowMs()
  const journal = RunJournal.open({ prepared, options, certificate, startedAt, originMs })
  try {
    announce(journal, prepared, options)
    const timeUp = AbortSignal.timeout(prepared.scenario.trial.runTimeoutMinutes * 60_000)
    const bounded = { ...options, drain: AbortSignal.any([options.drain, timeUp]) }
    if (prepared.workload.oom === null) {
      await withSession({ prepared, options: bounded, journal, originMs }, async (session) => {
        await restIdle(session)
        await warmUp(session)
        await runTrials(session)
      })
    }
    await journal.cardFigures()
    if (prepared.workload.oom === null) await lookForDrift(journal, options)
    warnOfMemory(journal, options)
    await journal.finish(endOf(bounded.drain.aborted, timeUp.aborted, prepared))
  } catch (error) {
    journal.fail(error)
    throw error
  }
  return { directory: journal.directory, record: journal.record }
}

/** What the client gets wrong by itself, on this machine, just before the run; null where it is not tried. */
async function calibrateClient(
  { scenario, workload }: Prepared,
  { certify }: RunOptions,
): Promise<RunRecord['certificate']> {
  if (!certify || scenario.kind !== 'text' || workload.oom !== null) return null
  return certifyClient(connectionsOf(scenario.load), scenario.prompt.tokens)
}

function announce(journal: RunJournal, { scenario, gpus, telemetry }: Prepared, { progress }: RunOptions): void {
  progress.started(scenario, journal.directory, gpus)
  if (telemetry.reason) progress.warn(telemetry.reason)
}

async function lookForDrift(journal: RunJournal, { progress }: RunOptions): Promise<void> {
  const { scenario, trials } = journal.record
  if (scenario.kind !== 'text') return
  const drift = findDrift(trialsOfKind(trials, 'text'), await readRows(journal.directory, 'tokens.csv'))
  for (const finding of drift.findings) progress.warn(finding)
  journal.drift(drift)
}

function warnOfMemory({ record: { oom } }: RunJournal, { progress }: RunOptions): void {
  if (oom) progress.warn(`out of memory, which is the result: ${oom.evidence}`)
}

function endOf(wasStopped: boolean, isTimeUp: boolean, { scenario }: Prepared): Pick<RunRecord, 'status' | 'failure'> {
  if (!wasStopped) return { status: 'complete' }
  if (!isTimeUp) return { status: 'interrupted' }
  const reason = `ended in good order after runTimeoutMinutes: ${scenario.trial.runTimeoutMinutes}`
  return { status: 'interrupted', failure: reason }
}
