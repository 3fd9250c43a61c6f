import { join } from 'node:path'
import { endpointNotes } from '../../harness/endpoint/access/proxies.ts'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { quotability } from '../../harness/evidence/refusals.ts'
import { plainText } from '../../harness/plain-text.ts'
import { type CardTime, cardTimeOfAll, formatCardTime } from '../../harness/plan/card-time.ts'
import { requireWritable } from '../../harness/record/disk/out-folder.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { FinishedRun } from '../../harness/run/run.ts'
import { runScenarioFile } from '../../harness/run/run-file.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import { counted } from '../../harness/units.ts'
import { STARTS_PER_SIDE } from '../../harness/verdict/starts-per-side.ts'
import type { Comparison } from '../../reports/compare/comparison.ts'
import { comparisonDocument } from '../../reports/compare/json.ts'
import { openLive } from '../live/live.ts'
import { suiteOf, timeOfFile } from '../live/suite.ts'
import { ask } from '../run/ask.ts'
import { type AskFlags, askingFlag } from '../run/ask-flags.ts'
import { checkDoors, checkFlags, type RunFlags } from '../run/run-flags.ts'
import { runOptions } from '../run/run-options.ts'
import { useBefore } from '../run/use-before.ts'
import { timeCompressed } from '../simulate/time-compressed.ts'
import { pushIfNamed } from '../store/push-runs.ts'
import { storeOfRuns } from '../store/store-address.ts'
import { type OnHangUp, runInterrupts, watchInterrupts } from '../support/interrupts.ts'
import type { CommandIo } from '../support/io.ts'
import { scenarioNames } from '../support/models/scenario-models.ts'
import {
  type FilesRun,
  type OptionsFor,
  type RunOne,
  runOnStandIn,
  runSuite,
  withIpmitool,
} from '../support/run-files.ts'
import { startAdvice } from '../support/server-starts.ts'
import { answerText } from '../support/terminal.ts'
import { terminalGone, unattended } from '../support/unattended-log.ts'
import { checkBaselines, compareWithBaselines } from './baseline.ts'
import { exitCodeOf, refused, terminalText } from './compare.ts'

/** Runs scenario or suite files, or a question without a file, against a running server. Returns the exit code. */
export async function run(paths: readonly string[], given: RunFlags & AskFlags, io: CommandIo): Promise<number> {
  requireWritable(given.out)
  // an address that cannot be read ends the command before anything is measured
  storeOfRuns(given.store, io.env)
  const { files, flags } = await whatToRun(paths, given, io)
  if (flags.against) {
    await checkBaselines(
      files.map((file) => file.name),
      flags.out,
    )
  }
  if (!flags.unattended) return measure(files, flags, io, 'end')
  const log = join(flags.out, 'run.log')
  return unattended({ log, follow: `tail -F ${log}` }, io, (logged) => measure(files, flags, logged, terminalGone(log)))
}

/** The scenarios of files, or the one that the flags ask for. Throws `bad-input` for both at once, and for neither. */
async function whatToRun(
  paths: readonly string[],
  flags: RunFlags & AskFlags,
  io: CommandIo,
): Promise<{ readonly files: readonly ScenarioFile[]; readonly flags: RunFlags }> {
  if (paths.length === 0) return ask(flags, io)
  const asking = askingFlag(flags)
  if (asking !== null) {
    throw new JoulemarkError(
      'bad-input',
      `${asking} asks without a scenario file; remove ${paths.join(' ')}, or change the file instead`,
    )
  }
  const files = await loadScenarios(paths, await scenarioNames(io, 'ask-server'))
  checkFlags(flags)
  checkDoors(files, flags)
  return { files, flags }
}

async function measure(
  files: readonly ScenarioFile[],
  flags: RunFlags,
  io: CommandIo,
  onHangUp: OnHangUp,
): Promise<number> {
  const interrupts = watchInterrupts(io, runInterrupts, onHangUp)
  try {
    const { finished, failures } = await runAll(files, flags, io, interrupts)
    if (!flags.json) {
      io.stdout(answerText(finished, flags.verbose === true, io))
    }
    const isJudged = flags.against !== undefined && !interrupts.drain.aborted
    const records = finished.map((each) => each.record)
    const judged = isJudged ? await judge(records, flags, io) : null
    const comparison = judged?.comparison ?? null
    if (flags.json) {
      const shown = comparison ? { comparison: comparisonDocument(comparison) } : {}
      io.stdout(`${JSON.stringify({ runs: finished, ...shown }, null, 2)}\n`)
    } else if (comparison) io.stdout(`\n${terminalText(comparison, flags.verbose === true, io)}`)
    if (interrupts.drain.aborted) return exitCodes.interrupted
    const [failure] = failures
    if (failure) {
      io.stderr.write(`${failures.length} of ${counted(files.length, 'scenario')} could not be run: ${failure.line}\n`)
      return failure.exitCode
    }
    const isRefused = flags.requireQuotable && finished.some((each) => !quotability(each.record).quotable)
    return isRefused ? refuseQuote(finished, io) : (judged?.exitCode ?? exitCodes.done)
  } finally {
    interrupts.unwatch()
  }
}

/** The comparison of a run with its baselines, and its exit code. What may not be compared is one line. */
async function judge(
  records: readonly RunRecord[],
  { out, failOn, endpoint }: RunFlags,
  io: CommandIo,
): Promise<{ readonly comparison: Comparison | null; readonly exitCode: number }> {
  try {
    const comparison = await compareWithBaselines(records, out)
    const candidates = comparison.scenarios.flatMap(({ candidateRuns }) => candidateRuns)
    const candidate = comparison.records.filter(({ id }) => candidates.includes(id))
    const advice = endpoint === undefined ? null : startAdvice(candidate, 'run the same command again')
    if (advice !== null) io.stderr.write(`${advice}\n`)
    return { comparison, exitCode: exitCodeOf(comparison, failOn) }
  } catch (error) {
    if (!(error instanceof JoulemarkError) || error.code !== 'not-comparable') throw error
    return { comparison: null, exitCode: refused(error, failOn, io) }
  }
}

/** Runs on the endpoint, or on the simulator of one card after another. */
async function runAll(
  files: readonly ScenarioFile[],
  flags: RunFlags,
  io: CommandIo,
  signals: ReturnType<typeof watchInterrupts>,
): Promise<FilesRun> {
  const live = openLive(io.stderr, { isShown: flags.progress })
  if (flags.simulate === undefined) {
    if (files.length > 1 && !flags.json) {
      live.line(`${files.length} scenarios: ${formatCardTime(cardTimeOfAll(files))} of card time`)
    }
    for (const note of flags.endpoint === undefined ? [] : endpointNotes(flags.endpoint, io.env)) live.line(note)
    const serverInUse = await useBefore(files, flags, io)
    const suite = suiteOf('suite', timesOf(files, flags))
    live.beyond(suite.left)
    const options = { ...runOptions(flags, io, signals, live.lane()), serverInUse }
    const one = (file: ScenarioFile) => suite.next(() => runScenarioFile(file, options))
    return runSuite(files, pushedAfter(one, flags, io), signals.drain, live.line)
  }
  const cards = flags.simulate.split(',').map((each) => each.trim())
  const options: OptionsFor = ({ endpoint, nvidiaSmi, ipmitool }) =>
    runOptions({ ...flags, endpoint, nvidiaSmi, gpu: true }, withIpmitool(io, ipmitool), signals, live.lane())
  const runs: FilesRun[] = []
  const starts = flags.starts ?? (flags.against ? STARTS_PER_SIDE : 1)
  const rounds = Array.from({ length: cards.length * starts }, () => timesOf(files, flags))
  const suite = suiteOf('suite', rounds.flat())
  live.beyond(suite.left)
  for (const card of cards) {
    // one round after another, as box does: every round starts each server anew
    for (let number = 1; number <= starts; number += 1) {
      const start = { number, of: starts }
      const on = { card, start, quick: flags.quick ?? false }
      const one = (file: ScenarioFile) => suite.next(() => runOnStandIn(file, on, options))
      runs.push(await runSuite(files, pushedAfter(one, flags, io), signals.drain, live.line))
    }
  }
  return { finished: runs.flatMap((each) => each.finished), failures: runs.flatMap((each) => each.failures) }
}

/** Time of each file as it will be run. */
const timesOf = (files: readonly ScenarioFile[], { quick, trials, calibrate }: RunFlags): CardTime[] =>
  files.map((file) =>
    timeOfFile(quick ? timeCompressed(file) : file, { trials: trials ?? (quick ? 1 : null), calibrates: calibrate }),
  )

/** Pushes the runs of each file when they have ended, before the next file starts: nothing is measured meanwhile. */
function pushedAfter(runOne: RunOne, { store }: RunFlags, io: CommandIo): RunOne {
  return async (file) => {
    const finished = await runOne(file)
    const directories = finished.map(({ directory }) => directory)
    await pushIfNamed(directories, store, io)
    return finished
  }
}

function refuseQuote(finished: readonly FinishedRun[], io: CommandIo): number {
  for (const { record } of finished) {
    const { reasons } = quotability(record)
    if (reasons.length > 0) io.stderr.write(`not quotable: ${record.id}: ${plainText(reasons.join('; '))}\n`)
  }
  return exitCodes.negativeResult
}
