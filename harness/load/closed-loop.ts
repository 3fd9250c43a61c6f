import { type Clock, sleepUnlessAborted } from '../clock.ts'

/** When a closed loop runs, in ms on the common clock. */
export interface ClosedLoopTimes {
  readonly startMs: number
  /** No request is sent from then on. */
  readonly untilMs: number
  /** The slots start spread over this. */
  readonly rampMs: number
}

export interface ClosedLoopDeps<Slot> {
  readonly clock: Clock
  readonly slots: readonly Slot[]
  /** Sends what a slot has to say next and waits for its end: one request, or one turn of a conversation. */
  readonly next: (slot: Slot, slotIndex: number, scheduledMs: number) => Promise<void>
  /** How long a slot pauses before its next request, in ms. */
  readonly pauseMs: (slotIndex: number) => number
  readonly stopSending: AbortSignal
}

/**
 * Closed loop: each slot sends its next request as soon as the last one has ended (and its pause is over), until the
 * time is up; those in flight are waited for. A slot has one request in flight, so that the slots are the limit.
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

/** False when the run is being stopped. A time that has passed costs no turn of the event loop. */
export async function sleptUntil(clock: Clock, atMs: number, signal: AbortSignal): Promise<boolean> {
  const waitMs = atMs - clock.nowMs()
  return waitMs <= 0 ? !signal.aborted : sleepUnlessAborted(clock, waitMs, signal)
}
