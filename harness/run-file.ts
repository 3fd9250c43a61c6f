import { JoulemarkError } from './errors.ts'
import { highestRate } from './plan/bisect.ts'
import type { RunRecord } from './record/schema.ts'
import { type FinishedRun, runScenario } from './run.ts'
import type { RunOptions } from './run-options.ts'
import { atRate, expandSweep, type TextFile } from './scenario/expand.ts'
import type { ScenarioFile } from './scenario/schema.ts'

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
    const shown = share === null ? 'unknown' : `${(share * 100).toFixed(1)} %`
    options.progress.warn(
      `${ratePerS.toPrecision(4)} requests/s: ${shown} within the SLO: ${keeps ? 'keeps' : 'does not keep'} it`,
    )
    return keeps
  })
  const answer = search.highestPerS === null ? 'none in the bracket' : `${search.highestPerS.toPrecision(4)} requests/s`
  options.progress.warn(`highest rate that keeps the SLO: ${answer} (${search.tried.length} runs)`)
  return finished
}

/** Share of the requests that were due which kept the SLO; a dropped or failed one did not. Null without a window. */
export function goodShareOf(record: RunRecord): number | null {
  const { load } = record.scenario
  if (load.shape !== 'open' || record.trials.length === 0) return null
  const shares = record.trials.map((trial) => {
    const good = trial.goodputRequestsPerS
    return good === null ? null : Math.min(1, good / load.ratePerS)
  })
  const known = shares.filter((share) => share !== null)
  return known.length < shares.length ? null : known.reduce((sum, share) => sum + share, 0) / known.length
}
