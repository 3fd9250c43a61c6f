import { cpus } from 'node:os'
import { join } from 'node:path'
import { cardsNamed, catalogueNames } from '../../harness/catalogue/find.ts'
import { systemClock } from '../../harness/clock.ts'
import { endpointNotes } from '../../harness/endpoint/access/proxies.ts'
import { readSecret } from '../../harness/endpoint/access/secret.ts'
import { parseAddress } from '../../harness/endpoint/address.ts'
import { refuseServerInUse } from '../../harness/endpoint/in-use.ts'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { reasonsNotQuotable } from '../../harness/gates/quotable.ts'
import { plainText } from '../../harness/plain-text.ts'
import { cardTimeOfAll, formatCardTime } from '../../harness/plan/card-time.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { chainOfKey, loadKey } from '../../harness/record/signing/key-file.ts'
import type { FinishedRun } from '../../harness/run/run.ts'
import { runScenarioFile } from '../../harness/run/run-file.ts'
import type { RunOptions } from '../../harness/run/run-options.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import { STARTS_PER_SIDE } from '../../harness/verdict/starts-per-side.ts'
import type { Comparison } from '../../reports/compare/comparison.ts'
import { comparisonDocument } from '../../reports/compare/json.ts'
import type { FailingOutcome } from '../support/flag-values.ts'
import { type OnHangUp, runInterrupts, watchInterrupts } from '../support/interrupts.ts'
import type { CommandIo } from '../support/io.ts'
import { progressView } from '../support/progress-view.ts'
import { type FilesRun, runOnStandIn, runSuite } from '../support/run-files.ts'
import { startAdvice } from '../support/server-starts.ts'
import { summaryText } from '../support/terminal.ts'
import { toolInfo } from '../support/tool-info.ts'
import { terminalGone, unattended } from '../support/unattended-log.ts'
import { checkBaselines, compareWithBaselines } from './baseline.ts'
import { exitCodeOf, refused, terminalText } from './compare.ts'

/** Flags of `run`. */
export interface RunFlags {
  readonly endpoint?: string
  /** Served name of the model, where it is none of the catalogue. */
  readonly servedAs?: string
  readonly card?: string
  readonly gpus?: readonly string[]
  readonly nvidiaSmi?: string
  readonly gpu: boolean
  readonly out: string
  readonly trials?: number
  readonly workers?: number
  readonly calibrate: boolean
  readonly json?: boolean
  readonly progress: boolean
  readonly requireQuotable?: boolean
  /** Cards to simulate instead of using an endpoint, separated by commas. */
  readonly simulate?: string
  readonly quick?: boolean
  /** Go on when the terminal is lost, with a log in the --out folder. */
  readonly unattended?: boolean
  /** Load the server although it serves others. */
  readonly force?: boolean
  /** Compare with the baselines of the server afterwards. */
  readonly against?: 'baseline'
  /** Starts of the simulator for each scenario; three with --against, otherwise one. */
  readonly starts?: number
  readonly failOn?: readonly FailingOutcome[]
}

/** Runs scenario or suite files against a running server. Returns the exit code. */
export async function run(paths: readonly string[], flags: RunFlags, io: CommandIo): Promise<number> {
  const files = await loadScenarios(paths, catalogueNames)
  if (flags.card !== undefined) cardsNamed(flags.card)
  checkDoors(files, flags)
  if (flags.against) {
    await checkBaselines(
      files.map((file) => file.name),
      flags.out,
    )
  }
  if (!flags.unattended) return measure(files, flags, io, 'end')
  const log = join(flags.out, 'run.log')
  return unattended(log, `tail -F ${log}`, io, (logged) => measure(files, flags, logged, terminalGone(log)))
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
    if (!flags.json) io.stdout(finished.map((each) => summaryText(each, io)).join('\n'))
    const isJudged = flags.against !== undefined && !interrupts.drain.aborted
    const records = finished.map((each) => each.record)
    const judged = isJudged ? await judge(records, flags, io) : null
    const comparison = judged?.comparison ?? null
    if (flags.json) {
      const shown = comparison ? { comparison: comparisonDocument(comparison) } : {}
      io.stdout(`${JSON.stringify({ runs: finished, ...shown }, null, 2)}\n`)
    } else if (comparison) io.stdout(`\n${terminalText(comparison, io)}`)
    if (interrupts.drain.aborted) return exitCodes.interrupted
    const [failure] = failures
    if (failure) {
      io.stderr.write(`${failures.length} of ${files.length} scenarios could not be run: ${failure.line}\n`)
      return failure.exitCode
    }
    const isRefused = flags.requireQuotable && finished.some((each) => !each.record.quotable)
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
  const say = (line: string) => io.stderr.write(`${line}\n`)
  if (flags.simulate === undefined) {
    if (files.length > 1 && !flags.json) {
      say(`${files.length} scenarios: ${formatCardTime(cardTimeOfAll(files))} of card time`)
    }
    for (const note of flags.endpoint === undefined ? [] : endpointNotes(flags.endpoint, io.env)) say(note)
    const options = { ...runOptions(flags, io, signals), serverInUse: await useBefore(files, flags, io) }
    return runSuite(files, (file) => runScenarioFile(file, options), signals.drain, say)
  }
  const cards = flags.simulate.split(',').map((each) => each.trim())
  const options = (addresses: { readonly endpoint: string; readonly nvidiaSmi: string }) =>
    runOptions({ ...flags, ...addresses, gpu: true }, io, signals)
  const runs: FilesRun[] = []
  const starts = flags.starts ?? (flags.against ? STARTS_PER_SIDE : 1)
  for (const card of cards) {
    // one round after another, as box does: every round starts each server anew
    for (let number = 1; number <= starts; number += 1) {
      const start = { number, of: starts }
      const one = (file: ScenarioFile) => runOnStandIn(file, { card, start, quick: flags.quick ?? false }, options)
      runs.push(await runSuite(files, one, signals.drain, say))
    }
  }
  return { finished: runs.flatMap((each) => each.finished), failures: runs.flatMap((each) => each.failures) }
}

/** Flags and environment as the options of a run. */
export function runOptions(
  flags: RunFlags,
  io: CommandIo,
  signals: { readonly drain: AbortSignal; readonly abort: AbortSignal },
): RunOptions {
  const named = flags.nvidiaSmi ?? io.env['JOULEMARK_NVIDIA_SMI']
  const signingKey = loadKey(io.env)
  return {
    clock: systemClock,
    endpoint: flags.endpoint ?? '',
    // the key of a real server is sent to no simulator
    apiKey: flags.endpoint === undefined || flags.simulate !== undefined ? null : readSecret(io.env, 'OPENAI_API_KEY'),
    servedAs: flags.servedAs,
    nvidiaSmi: flags.gpu ? { path: named || 'nvidia-smi', required: Boolean(named) } : null,
    outDir: flags.out,
    card: flags.card ?? null,
    gpus: flags.gpus ?? [],
    trials: flags.trials ?? null,
    // one thread displays, samples and writes; the others generate load
    workers: flags.workers ?? Math.max(1, Math.min(8, cpus().length - 1)),
    calibrate: flags.calibrate,
    tool: toolInfo(),
    signingKey,
    signingChain: chainOfKey(io.env, signingKey),
    progress: progressView(io.stderr, flags.progress),
    drain: signals.drain,
    abort: signals.abort,
  }
}

/**
 * What other clients do on the server before the first run; null where nothing is seen. Throws `bad-input` for a server
 * in use, unless --force is given. Only the start is looked at: later runs of a suite would see the end of earlier ones.
 */
async function useBefore(
  files: readonly ScenarioFile[],
  { endpoint, force = false }: RunFlags,
  io: CommandIo,
): Promise<string | null> {
  if (endpoint === undefined || files.every((file) => file.kind === 'training')) return null
  const apiKey = readSecret(io.env, 'OPENAI_API_KEY')
  return refuseServerInUse({ address: parseAddress(endpoint), apiKey, clock: systemClock }, force)
}

/** The endpoint, which only a training command does not require. */
function checkDoors(files: readonly ScenarioFile[], flags: RunFlags): void {
  const { endpoint, simulate, quick, servedAs, starts } = flags
  if (simulate !== undefined && endpoint !== undefined) {
    throw new JoulemarkError('bad-input', '--simulate and --endpoint exclude each other; give one of them')
  }
  if (quick && simulate === undefined) {
    throw new JoulemarkError(
      'bad-input',
      '--quick requires --simulate; a live trial has the length that its scenario sets',
    )
  }
  if (servedAs !== undefined) checkServedAs(files, simulate)
  if (starts !== undefined && starts > 1 && simulate === undefined) {
    throw new JoulemarkError(
      'bad-input',
      '--starts requires --simulate, because joulemark does not start the server at --endpoint: restart it and run again, or let joulemark box start it',
    )
  }
  if (simulate !== undefined) {
    cardsNamed(simulate)
    return
  }
  if (endpoint !== undefined) parseAddress(endpoint)
  const needs = files.find((file) => file.kind !== 'training')
  if (endpoint !== undefined || needs === undefined) return
  throw new JoulemarkError(
    'bad-input',
    `scenario ${needs.name}: requires a server: --endpoint URL, such as http://127.0.0.1:8000`,
  )
}

/** One served name can be one model only. */
function checkServedAs(files: readonly ScenarioFile[], simulate: string | undefined): void {
  const models = [...new Set(files.flatMap((file) => (file.kind === 'training' ? [] : [file.model])))]
  if (simulate !== undefined || models.length !== 1) {
    const why =
      simulate === undefined
        ? `these scenarios require ${models.join(', ') || 'no server'}`
        : 'the simulator has its own'
    throw new JoulemarkError('bad-input', `--served-as is the served name of one model; ${why}`)
  }
}

function refuseQuote(finished: readonly FinishedRun[], io: CommandIo): number {
  for (const { record } of finished.filter((each) => !each.record.quotable)) {
    io.stderr.write(`not quotable: ${record.id}: ${plainText(reasonsNotQuotable(record).join('; '))}\n`)
  }
  return exitCodes.negativeResult
}
