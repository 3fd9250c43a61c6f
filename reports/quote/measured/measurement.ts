import { scenarioLimits } from '../../../harness/gates/scenario-limits.ts'
import { isKnown } from '../../../harness/record/measured.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { counted } from '../../../harness/units.ts'

/**
 * What stands behind the values of a run, one line each: trials, seconds in steady windows, failed requests, and every
 * limit that the scenario loosened. A quote prints them, because a run with loosened limits passes its gates.
 */
export function measurementLines(run: RunRecord): string[] {
  const { trials, scenario, quick } = run
  const windowMs = trials.map(({ windowStartMs, windowEndMs }) =>
    isKnown(windowStartMs) && isKnown(windowEndMs) ? windowEndMs - windowStartMs : 0,
  )
  const sent = sumOf(trials.map(({ requests }) => requests))
  const failed = sent - sumOf(trials.map(({ requestsOk }) => requestsOk))
  const share = sent === 0 ? '' : ` (${Number(((failed / sent) * 100).toFixed(2))}%)`
  const what = scenario.kind === 'training' ? 'progress lines' : 'requests'
  const loosened = scenarioLimits(scenario).filter((limit) => limit.isLoosened)
  return [
    `${grouped(seconds(sumOf(windowMs)))} s measured in ${counted(trials.length, 'trial')}; ${grouped(failed)} of ${grouped(sent)} ${what} failed${share}`,
    ...(quick ? ['Trials and requests were shorter than the workload asks for'] : []),
    ...loosened.map(
      (limit) =>
        `A looser limit than usual was accepted: ${limitWords[limit.field] ?? limit.what} ${limit.inForce}, usually ${limit.usual}`,
    ),
  ]
}

/** The limits that a scenario may loosen, by their field, in plain words. */
const limitWords: Readonly<Record<string, string>> = {
  maxErrorRate: 'requests that may fail',
  'trial.minWindowSeconds': 'shortest stretch measured at once',
  'certainty.target': 'precision of the first figure (±)',
}

const sumOf = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Rounded down: no more is claimed than was measured. */
const seconds = (ms: number): number => (ms < 10_000 ? Math.floor(ms / 100) / 10 : Math.floor(ms / 1000))

const grouped = (value: number): string => value.toLocaleString('en-GB', { maximumFractionDigits: 1 })
