import { JoulemarkError } from '../../harness/errors.ts'
import type { FinishedRun } from '../../harness/run/run.ts'
import { runScenarioFile } from '../../harness/run/run-file.ts'
import type { RunOptions } from '../../harness/run/run-options.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import { startStandIn } from '../simulate/simulator-processes.ts'
import { timeCompressed } from '../simulate/time-compressed.ts'

/** What came of several scenarios: those that ran, and why the others did not. */
export interface FilesRun {
  readonly finished: FinishedRun[]
  /** One line each. */
  readonly failures: { readonly line: string; readonly exitCode: number }[]
}

/** How one file is run; the stand-in and a live endpoint differ in nothing else. */
export type RunOne = (file: ScenarioFile) => Promise<FinishedRun[]>

/**
 * Runs scenario files one after another. One that cannot run does not end a suite: it is told at once, and again at the
 * end. A single file throws what it throws.
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
      if (files.length === 1 || !(error instanceof JoulemarkError)) throw error
      result.failures.push({ line: error.message, exitCode: error.exitCode })
      say(`skipped: ${error.message}`)
    }
  }
  return result
}

const STAND_IN_SEED = 1

/** Runs a file on the bundled stand-in of a card: no GPU is touched, and all of it says SIMULATED. */
export async function runOnStandIn(
  file: ScenarioFile,
  card: string,
  quick: boolean,
  optionsFor: (doors: { readonly endpoint: string; readonly nvidiaSmi: string }) => RunOptions,
): Promise<FinishedRun[]> {
  const standIn = await startStandIn(quick ? timeCompressed(file) : file, card, STAND_IN_SEED)
  try {
    const options = optionsFor(standIn)
    const trials = options.trials ?? (quick ? 1 : null)
    // the key of a real server has no business with the stand-in
    return await runScenarioFile(standIn.file, { ...options, apiKey: null, trials })
  } finally {
    await standIn.stop()
  }
}
