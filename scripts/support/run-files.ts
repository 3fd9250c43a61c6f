import { JoulemarkError } from '../../harness/errors.ts'
import { DiskError } from '../../harness/record/disk/disk-error.ts'
import type { ServerStart } from '../../harness/record/schema/server.ts'
import type { FinishedRun } from '../../harness/run/run.ts'
import { runScenarioFile } from '../../harness/run/run-file.ts'
import type { RunOptions } from '../../harness/run/run-options.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import { type SimulatorProcesses, startSimulator } from '../simulate/simulator-processes.ts'
import { timeCompressed } from '../simulate/time-compressed.ts'
import type { CommandIo } from './io.ts'

/** The outcome of several scenarios: those that ran, and why the others did not. */
export interface FilesRun {
  readonly finished: FinishedRun[]
  /** One line each. */
  readonly failures: { readonly line: string; readonly exitCode: number }[]
}

/** Runs one file; only this differs between the simulator and a live endpoint. */
export type RunOne = (file: ScenarioFile) => Promise<FinishedRun[]>

/**
 * Runs scenario files one after another. One that cannot run does not end a suite: it is reported at once, and again at
 * the end. The error of a single file is thrown, and so is that of the disk, to which no later run could be written.
 */
export async function runSuite(
  files: readonly ScenarioFile[],
  runOne: RunOne,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<FilesRun> {
  const result: FilesRun = { finished: [], failures: [] }
  for (const file of files) {
    if (signal.aborted) break
    try {
      result.finished.push(...(await runOne(file)))
    } catch (error) {
      if (files.length === 1 || error instanceof DiskError || !(error instanceof JoulemarkError)) throw error
      result.failures.push({ line: error.message, exitCode: error.exitCode })
      say(`skipped: ${error.message}`)
    }
  }
  return result
}

/** The same card with every start. */
const STAND_IN_SEED = 1

/** How a file is run on the simulator. */
export interface StandIn {
  readonly card: string
  readonly quick: boolean
  /** Which of the planned starts this is: a fresh process of the same server. */
  readonly start: ServerStart
}

/** Runs a file on the simulator of a card: no GPU is used, and all results are SIMULATED. */
export const runOnStandIn = (file: ScenarioFile, on: StandIn, optionsFor: OptionsFor): Promise<FinishedRun[]> =>
  playOnStandIn(file, on, optionsFor, runScenarioFile)

/** The options of runs on a server at these addresses. */
export type OptionsFor = (addresses: Pick<SimulatorProcesses, 'endpoint' | 'nvidiaSmi' | 'ipmitool'>) => RunOptions

/** The same with the ipmitool of a simulated server in place of that of this machine. */
export const withIpmitool = (io: CommandIo, ipmitool: string): CommandIo => ({
  ...io,
  env: { ...io.env, JOULEMARK_IPMITOOL: ipmitool },
})

/** Starts the simulator of a card for a file, and plays the file on it: shortened where it is to be quick. */
export async function playOnStandIn<Played>(
  file: ScenarioFile,
  { card, quick, start }: StandIn,
  optionsFor: OptionsFor,
  play: (file: ScenarioFile, options: RunOptions) => Promise<Played>,
): Promise<Played> {
  const standIn = await startSimulator(quick ? timeCompressed(file) : file, card, STAND_IN_SEED)
  try {
    const options = optionsFor(standIn)
    const trials = options.trials ?? (quick ? 1 : null)
    // the API key of a real server is not sent to the simulator
    const serverStart = start.of > 1 ? { serverStart: start } : {}
    const { startFailure } = standIn
    return await play(standIn.file, { ...options, ...serverStart, startFailure, quick, apiKey: null, trials })
  } finally {
    await standIn.stop()
  }
}
