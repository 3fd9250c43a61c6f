import { isKnown } from '../../harness/record/measured.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { counted } from '../../harness/units.ts'
import { caveatsOf } from '../tables/caveats.ts'

/**
 * What stands behind the values of a run, one line each: trials, seconds in steady windows, failed requests, and every
 * limit that the scenario loosened. A quote prints them, because a run with loosened limits passes its gates.
 */
export function measurementLines(run: RunRecord): string[] {
  const { trials, scenario } = run
  const windowMs = trials.map(({ windowStartMs, windowEndMs }) =>
    isKnown(windowStartMs) && isKnown(windowEndMs) ? windowEndMs - windowStartMs : 0,
  )
  const sent = sumOf(trials.map(({ requests }) => requests))
  const failed = sent - sumOf(trials.map(({ requestsOk }) => requestsOk))
  const share = sent === 0 ? '' : ` (${Number(((failed / sent) * 100).toFixed(2))} %)`
  const what = scenario.kind === 'training' ? 'progress lines' : 'requests'
  return [
    `${counted(trials.length, 'trial')}, ${seconds(sumOf(windowMs))} s measured; ${failed} of ${sent} ${what} failed${share}`,
    ...caveatsOf(run).map((caveat) => caveat.charAt(0).toUpperCase() + caveat.slice(1)),
  ]
}

const sumOf = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Rounded down: no more is claimed than was measured. */
const seconds = (ms: number): number => (ms < 10_000 ? Math.floor(ms / 100) / 10 : Math.floor(ms / 1000))
