import pLimit from 'p-limit'
import { type ClosedLoopDeps, type ClosedLoopTimes, sleptUntil } from './closed-loop.ts'

/** Requests that are handed over at a time, per request that may be in flight: the limiter is never without work. */
const QUEUED_PER_PLACE = 4

/** One of the places that requests in flight take, and when its next request is due. */
interface Place<Slot> {
  readonly slot: Slot
  readonly slotIndex: number
  dueMs: number
}

/**
 * Closed loop as an application behind the `openai` package drives it: it hands over more requests than may be in
 * flight, and p-limit, not a connection of their own, decides how many are. As many are in flight as there are slots,
 * until the time is up; those in flight are waited for. The first ones start spread over `rampMs`.
 */
export async function runQueuedLoop<Slot>(
  { startMs, untilMs, rampMs }: ClosedLoopTimes,
  deps: ClosedLoopDeps<Slot>,
): Promise<void> {
  const { clock, slots, stopSending } = deps
  const free: Place<Slot>[] = slots.map((slot, slotIndex) => ({
    slot,
    slotIndex,
    dueMs: startMs + (rampMs * slotIndex) / slots.length,
  }))
  let isOver = slots.length === 0

  async function sendNext(): Promise<void> {
    if (isOver) return
    const place = free.shift()
    if (place === undefined) throw new Error(`more than ${slots.length} requests in flight`)
    if (!(await sleptUntil(clock, place.dueMs, stopSending)) || clock.nowMs() >= untilMs) {
      isOver = true
      return
    }
    await deps.next(place.slot, place.slotIndex, place.dueMs)
    place.dueMs = clock.nowMs() + deps.pauseMs(place.slotIndex)
    free.push(place)
  }

  const limit = pLimit(Math.max(1, slots.length))
  const handOver = async (): Promise<void> => {
    while (!isOver) await limit(sendNext)
  }
  await Promise.all(Array.from({ length: slots.length * QUEUED_PER_PLACE }, handOver))
}
