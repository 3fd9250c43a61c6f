import { JoulemarkError } from '../errors.ts'
import { sloShareOfRun } from '../operating/sweep/point-of-run.ts'
import { highestRate } from '../plan/bisect.ts'
import { atRate, expandSweep, type PlainScenarioFile, type TextFile } from '../scenario/expand.ts'
import type { ScenarioFile } from '../scenario/schema.ts'
import { counted } from '../units.ts'
import { type FinishedRun, runOnce } from './run.ts'
import type { RunOptions } from './run-options.ts'

/** Runs one scenario of a file; tests replace it. */
export type RunOnce = (file: PlainScenarioFile, options: RunOptions) => Promise<FinishedRun>

/** Runs a scenario file: one run, one run per value of a sweep, or a search for the highest rate. */
export async function runScenarioFile(
  file: ScenarioFile,
  options: RunOptions,
  once: RunOnce = runOnce,
): Promise<FinishedRun[]> {
  if (file.kind === 'text' && file.load.shape === 'sweep' && file.load.highestRate) {
    return searchRate(file, options, once)
  }
  const finished: FinishedRun[] = []
  for (const scenario of expandSweep(file)) {
    if (options.drain.aborted) break
    finished.push(await once(scenario, options))
  }
  return finished
}

async function searchRate(file: TextFile, options: RunOptions, once: RunOnce): Promise<FinishedRun[]> {
  const { load } = file
  if (load.shape !== 'sweep' || !load.highestRate) throw new TypeError('searchRate requires a search')
  if (!file.slo) {
    throw new JoulemarkError('bad-input', `scenario ${file.name}: a search for the highest rate needs an slo: to meet`)
  }
  const { fromPerS, toPerS, tolerance, goodShare } = load.highestRate
  const finished: FinishedRun[] = []
  const search = await highestRate(fromPerS, toPerS, tolerance, async (ratePerS) => {
    if (options.drain.aborted) return false
    const run = await once(atRate(file, ratePerS), options)
    finished.push(run)
    const share = sloShareOfRun(run.record)?.mean ?? null
    const meets = share !== null && share >= goodShare
    const finding =
      share === null
        ? 'no request was due in a window: trial.seconds is too short for this rate'
        : `${(share * 100).toFixed(1)} % within the SLO: ${meets ? 'meets' : 'does not meet'} it`
    options.progress.note(`${ratePerS.toPrecision(4)} requests/s: ${finding}`)
    return meets
  })
  const answer =
    search.highestPerS === null
      ? `none from ${fromPerS} to ${toPerS} requests/s`
      : `${search.highestPerS.toPrecision(4)} requests/s`
  options.progress.note(`highest rate that meets the SLO: ${answer} (${counted(search.tried.length, 'run')})`)
  return finished
}
