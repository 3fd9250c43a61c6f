import { JoulemarkError } from '../errors.ts'
import { highestRate } from '../plan/bisect.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { atRate, expandSweep, type TextFile } from '../scenario/expand.ts'
import type { ScenarioFile } from '../scenario/schema.ts'
import { type FinishedRun, runScenario } from './run.ts'
import type { RunOptions } from './run-options.ts'

/** Runs all that a scenario file asks for: one run, one for each value of a sweep, or a search for the highest rate. */
export async function runFile(file: ScenarioFile, options: RunOptions): Promise<FinishedRun[]> {
  if (file.kind === 'text' && file.load.shape === 'sweep' && file.load.highestRate) return searchRate(file, options)
  const finished: FinishedRun[] = []
  for (const scenario of expandSweep(file)) {
    if (options.drain.aborted) break
    finished.push(await runScenario(scenario, options))
  }
  return finished
}

async function searchRate(file: TextFile, options: RunOptions): Promise<FinishedRun[]> {
  const { load } = file
  if (load.shape !== 'sweep' || !load.highestRate) throw new TypeError('searchRate wants a search')
  if (!file.slo) {
    throw new JoulemarkError('bad-input', `scenario ${file.name}: a search for the highest rate needs an slo: to keep`)
  }
  const { fromPerS, toPerS, tolerance, goodShare } = load.highestRate
  const finished: FinishedRun[] = []
  const search = await highestRate(fromPerS, toPerS, tolerance, async (ratePerS) => {
    if (options.drain.aborted) return false
    const run = await runScenario(atRate(file, ratePerS), options)
    finished.push(run)
    const share = goodShareOf(run.record)
    const keeps = share !== null && share >= goodShare
    const verdict =
      share === null
        ? 'no request was due in a window: trial.seconds is too short for this rate'
        : `${(share * 100).toFixed(1)} % within the SLO: ${keeps ? 'keeps' : 'does not keep'} it`
    options.progress.warn(`${ratePerS.toPrecision(4)} requests/s: ${verdict}`)
    return keeps
  })
  const answer = search.highestPerS === null ? 'none in the bracket' : `${search.highestPerS.toPrecision(4)} requests/s`
  options.progress.warn(`highest rate that keeps the SLO: ${answer} (${search.tried.length} runs)`)
  return finished
}

/** Mean over the trials of the share of requests that kept the SLO. Null where no request was due in one of them. */
export function goodShareOf({ trials }: RunRecord): number | null {
  const shares = trials.map((trial) => trial.sloShare ?? null).filter((share) => share !== null)
  if (trials.length === 0 || shares.length < trials.length) return null
  return shares.reduce((sum, share) => sum + share, 0) / shares.length
}
