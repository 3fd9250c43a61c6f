import { engineOf } from '../engines/table.ts'
import { knownOf, numberOf } from '../record/measured.ts'
import type { TextTrial, Trial } from '../record/schema/trial.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import type { GateInput } from './gate.ts'
import { isBeyond, percent, warnsBelow } from './threshold.ts'

/** A scrape per second may miss the fullest step, but not by this much in a whole trial. */
export const ranShare = warnsBelow({
  what: 'highest number of requests that the server ran at once, while others waited',
  value: 0.9,
  unit: 'share of load.concurrency',
})

/** A KV cache that is fuller than this is why requests wait, and not `max_num_seqs`. */
const FULL_CACHE_SHARE = 0.9

/** Requests of all trials that the server preempted; those of a server that does not report them are 0. */
export const preemptedRequests = (trials: readonly Trial[]): number =>
  trialsOfKind(trials, 'text').reduce((sum, { server }) => sum + (server ? (numberOf(server.preemptions) ?? 0) : 0), 0)

/** A trial in which the server ran too few of the requests in flight at once. */
export interface QueuedTrial {
  readonly trial: TextTrial
  /** Requests that it ran at once, at most. */
  readonly ran: number
}

/** The trials of a closed loop in which the server ran too few of its requests at once, and the others waited in its queue. */
export function queuedTrials({ trials, scenario }: Pick<GateInput, 'trials' | 'scenario'>): QueuedTrial[] {
  if (scenario.kind !== 'text' || scenario.load.shape !== 'closed') return []
  const { concurrency } = scenario.load
  return trialsOfKind(trials, 'text').flatMap((trial) => {
    const ran = trial.server ? numberOf(trial.server.runningMax) : null
    const waited = trial.server ? numberOf(trial.server.waitingMax) : null
    const isQueued = ran !== null && waited !== null && waited > 0 && isBeyond(ranShare, ran / concurrency)
    return isQueued ? [{ trial, ran }] : []
  })
}

/** What there is to say of the trial in which the server ran the fewest requests at once. Empty where it ran them all or did not report it. */
export function queuedFindings(record: GateInput): string[] {
  const { scenario, endpoint } = record
  const [fewest] = queuedTrials(record).toSorted((a, b) => a.ran - b.ran)
  if (fewest === undefined || scenario.load.shape !== 'closed' || !('concurrency' in scenario.load)) return []
  const { trial, ran } = fewest
  const { concurrency } = scenario.load
  return [
    `the server ran ${ran} of ${concurrency} requests at once (${reasonFor(trial, endpoint.engine)}), the others waited: ${shareOfQueue(trial, 1 - ran / concurrency)}`,
  ]
}

function reasonFor({ server }: TextTrial, engine: string | null): string {
  const used = server ? (numberOf(server.kvUsageMax) ?? 0) : 0
  return used > FULL_CACHE_SHARE
    ? `its KV cache was ${percent(used)} full`
    : `its limit is ${engineOf(engine).parallelSetting}`
}

/** By Little's law requests wait for the share of their time that is the share of them that waits. */
function shareOfQueue({ ttftMs, e2eMs }: TextTrial, waitingShare: number): string {
  const [ttft, e2e] = [knownOf([ttftMs.p50])[0], knownOf([e2eMs.p50])[0]]
  const isMost = ttft !== undefined && e2e !== undefined && waitingShare * e2e > ttft / 2
  return isMost ? 'TTFT is mostly queue' : 'TTFT contains their time in the queue'
}
