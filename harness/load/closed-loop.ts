import { type Clock, sleepUnlessAborted } from '../clock.ts'

/** When a closed loop runs, in ms on the common clock. */
export interface ClosedLoopTimes {
  readonly startMs: number
  /** No request is sent after this. */
  readonly untilMs: number
  /** The starts of the slots are spread over this time. */
  readonly rampMs: number
}

export interface ClosedLoopDeps<Slot> {
  readonly clock: Clock
  readonly slots: readonly Slot[]
  /** Sends the next request of a slot (or the next turn of its conversation) and waits for its end. */
  readonly next: (slot: Slot, slotIndex: number, scheduledMs: number) => Promise<void>
  /** How long a slot pauses before its next request, in ms. */
  readonly pauseMs: (slotIndex: number) => number
  readonly stopSending: AbortSignal
}

/**
 * Closed loop: each slot sends its next request as soon as the last one has ended and its pause is over, until the
 * time is up. Requests in flight are awaited. A slot has one request in flight, so the slots are the limit.
 */
export async function runClosedLoop<Slot>(
  { startMs, untilMs, rampMs }: ClosedLoopTimes,
  deps: ClosedLoopDeps<Slot>,
): Promise<void> {
  const { clock, slots, stopSending } = deps
  await Promise.all(
    slots.map(async (slot, slotIndex) => {
      let scheduledMs = startMs + (rampMs * slotIndex) / slots.length
      while (await sleptUntil(clock, scheduledMs, stopSending)) {
        if (clock.nowMs() >= untilMs) return
        await deps.next(slot, slotIndex, scheduledMs)
        scheduledMs = clock.nowMs() + deps.pauseMs(slotIndex)
      }
    }),
  )
}

/** False when the run is being stopped. Returns without a turn of the event loop when the time has passed. */
export async function sleptUntil(clock: Clock, atMs: number, signal: AbortSignal): Promise<boolean> {
  const waitMs = atMs - clock.nowMs()
  return waitMs <= 0 ? !signal.aborted : sleepUnlessAborted(clock, waitMs, signal)
}
