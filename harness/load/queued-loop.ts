import pLimit from 'p-limit'
import { type ClosedLoopDeps, type ClosedLoopTimes, sleptUntil } from './closed-loop.ts'

/** Queued requests per request in flight, so that the limiter always has work. */
const QUEUED_PER_SLOT = 4

/** A slot and the time at which its next request is due. */
interface Place<Slot> {
  readonly slot: Slot
  readonly slotIndex: number
  dueMs: number
}

/**
 * Closed loop as driven by an application that uses the `openai` package: it queues more requests than may be in
 * flight, and p-limit decides how many are sent. As many are in flight as there are slots, until the time is up;
 * requests in flight are awaited. The first starts are spread over `rampMs`.
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
  const keepQueued = async (): Promise<void> => {
    while (!isOver) await limit(sendNext)
  }
  await Promise.all(Array.from({ length: slots.length * QUEUED_PER_SLOT }, keepQueued))
}
