import type { TextScenario } from '../../scenario/schema.ts'
import type { LoadPlan } from '../protocol.ts'

/** The start of a trial that its steady window leaves out, in s. */
const HEAD_SECONDS = 1.5

/** How many first tokens a trial will have in its steady window. */
export interface RequestYield {
  readonly requests: number
  /** `trial.seconds` that would yield `wanted` of them; null where the length does not matter. */
  secondsFor(wanted: number): number | null
}

/**
 * The yield of a trial from the time of one request in ms, under the load. With the time of a request that was alone on the
 * server it is the most that a closed loop can yield. An open loop sends at its rate, and a trace has its requests,
 * however long they take. Null where a closed loop's request time is not known.
 */
export function expectedRequests(
  scenario: TextScenario,
  plan: LoadPlan,
  requestMs: number | null,
): RequestYield | null {
  const { load, trial } = scenario
  if (plan.kind === 'trace') {
    const inWindow = plan.requests.filter(({ atMs }) => {
      const atSeconds = atMs / plan.speed / 1000
      return atSeconds >= HEAD_SECONDS && atSeconds < trial.seconds
    })
    return { requests: inWindow.length, secondsFor: () => null }
  }
  if (plan.kind === 'open') {
    // during the ramp half of the requests are due
    const lostSeconds = Math.max(HEAD_SECONDS, plan.rampSeconds / 2)
    return atRate(plan.ratePerS, lostSeconds, trial.seconds)
  }
  if (load.shape !== 'closed' || requestMs === null || requestMs <= 0) return null
  const { session } = plan
  const thinkSeconds = session === null ? 0 : (session.thinkSeconds * (session.turns - 1)) / session.turns
  const ratePerS = load.concurrency / (requestMs / 1000 + thinkSeconds)
  const rampSeconds = session === null ? Math.min(load.rampSeconds, trial.seconds / 2) : 0
  return atRate(ratePerS, HEAD_SECONDS + rampSeconds, trial.seconds)
}

const atRate = (ratePerS: number, lostSeconds: number, seconds: number): RequestYield => ({
  requests: Math.max(0, Math.floor(ratePerS * (seconds - lostSeconds))),
  secondsFor: (wanted) => Math.ceil(wanted / ratePerS + lostSeconds),
})
