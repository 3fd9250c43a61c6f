import { MIN_SAMPLES_FOR_P99 } from '../stats/percentiles.ts'
import { counted } from '../units.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Progress } from './progress.ts'

/** What is told of the requests that a trial will yield, and what was told before. */
export interface Expectation {
  /** Requests in the window as last told; null before. */
  requests: number | null
}

/** Begins the warning that a trial will have too few requests for a p99. */
export const NO_P99 = 'no p99 is possible: '

/** A smaller change of the expected number is not worth a line. */
const NOTEWORTHY_CHANGE = 0.2

/**
 * Tells how many requests the window of a trial will hold, and warns where they are too few for a p99. `requestMs` is the
 * time of one request so far: alone on the server, or in the warm-up.
 */
export function tellExpectation(
  workload: Pick<Workload, 'expectedRequests'>,
  from: { readonly requestMs: number | null; readonly basis: string },
  told: Expectation,
  progress: Pick<Progress, 'note' | 'warn'>,
): void {
  const expected = workload.expectedRequests?.(from.requestMs) ?? null
  if (expected === null) return
  const { requests } = expected
  const before = told.requests
  told.requests = requests
  const tooFew = requests < MIN_SAMPLES_FOR_P99
  const isNews = before === null || Math.abs(requests - before) > NOTEWORTHY_CHANGE * before
  const about = `about ${counted(requests, 'request')} in the window of each trial (${from.basis})`
  if (tooFew && (before === null || before >= MIN_SAMPLES_FOR_P99)) {
    const seconds = expected.secondsFor(MIN_SAMPLES_FOR_P99)
    const advice = seconds === null ? '' : `; set trial.seconds to ${seconds} or more for one`
    progress.warn(`${NO_P99}${about}, and a p99 requires ${MIN_SAMPLES_FOR_P99}${advice}`)
  } else if (isNews) progress.note(about)
}
