import { type Clock, sleepUnlessAborted } from '../clock.ts'
import type { ScheduledRequest } from './scheduled-requests.ts'

export interface OpenLoopDeps<Slot> {
  readonly clock: Clock
  /** Connections that are open and free. */
  readonly free: Slot[]
  readonly requests: Iterable<ScheduledRequest>
  readonly send: (slot: Slot, id: number, request: ScheduledRequest, scheduledMs: number) => Promise<void>
  /** Called for a request that found no free connection. */
  readonly drop: (scheduledMs: number) => void
  readonly idOf: (index: number) => number
  readonly stopSending: AbortSignal
}

/**
 * Open loop: every request is sent at its scheduled time on a free connection, however long the others take. A request
 * that finds no free connection is dropped and counted: waiting would silently turn the open loop into a closed one.
 * Returns when all requests that were sent have ended.
 */
export async function runOpenLoop<Slot>(startMs: number, untilMs: number, deps: OpenLoopDeps<Slot>): Promise<void> {
  const { clock, free, stopSending } = deps
  const running = new Set<Promise<void>>()
  let index = 0
  for (const request of deps.requests) {
    const scheduledMs = startMs + request.atMs
    if (scheduledMs >= untilMs || stopSending.aborted) break
    const waitMs = scheduledMs - clock.nowMs()
    if (waitMs > 0 && !(await sleepUnlessAborted(clock, waitMs, stopSending))) break
    const id = deps.idOf(index)
    index += 1
    const slot = free.pop()
    if (slot === undefined) {
      deps.drop(scheduledMs)
      continue
    }
    const sending = deps.send(slot, id, request, scheduledMs).finally(() => {
      free.push(slot)
      running.delete(sending)
    })
    running.add(sending)
  }
  await Promise.all(running)
}
