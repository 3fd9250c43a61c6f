import { arrivalTimes } from '../plan/arrivals.ts'
import { drawLengths } from '../plan/lengths.ts'
import { mixSeed, seededRandom } from '../plan/random.ts'
import type { WorkerPlan } from './protocol.ts'

/** A request with its scheduled time, in ms from the start of the phase. */
export interface ScheduledRequest {
  readonly atMs: number
  readonly promptTokens: number
  readonly outputTokens: number
  readonly sharedBlocks?: readonly number[]
}

/** What the schedule of a worker depends on. */
export type SchedulePlan = Pick<WorkerPlan, 'load' | 'lengths' | 'worker' | 'workers'> & {
  readonly body: Pick<WorkerPlan['body'], 'seed'>
}

/**
 * The scheduled requests of one worker in one trial of an open loop or a trace, in order of time; none for a closed loop.
 * Every worker draws the same times and takes its share of them, so that all workers together send the requested rate.
 */
export function scheduledRequests(plan: SchedulePlan, trial: number): Iterable<ScheduledRequest> {
  return shareOf(allScheduledRequests(plan, trial), plan.worker, plan.workers)
}

/** Every `workers`-th item, starting at index `worker`: together the shares hold each item exactly once. */
export function* shareOf<T>(items: Iterable<T>, worker: number, workers: number): Generator<T> {
  let index = 0
  for (const item of items) {
    if (index % workers === worker) yield item
    index += 1
  }
}

function* allScheduledRequests(plan: SchedulePlan, trial: number): Generator<ScheduledRequest> {
  const { load, lengths } = plan
  const { seed } = plan.body
  if (load.kind === 'open') {
    const random = seededRandom(mixSeed(seed, 0x61727276, trial))
    let index = 0
    for (const atMs of arrivalTimes(load, random)) {
      yield { atMs, ...drawLengths(lengths, { seed, phase: trial, index }) }
      index += 1
    }
  } else if (load.kind === 'trace') {
    for (const { atMs, hashIds, ...tokens } of load.requests) {
      yield { ...tokens, atMs: atMs / load.speed, ...(hashIds.length > 0 ? { sharedBlocks: hashIds } : {}) }
    }
  }
}
