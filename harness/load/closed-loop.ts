import pLimit from 'p-limit'
import { type Clock, sleepUnlessAborted } from '../clock.ts'

export interface ClosedLoopDeps<Lane> {
  readonly clock: Clock
  readonly lanes: readonly Lane[]
  /** Sends what a lane has to say next and waits for its end: one request, or one turn of a conversation. */
  readonly next: (lane: Lane, slot: number, scheduledMs: number) => Promise<void>
  /** How long a lane pauses before its next request, in ms. */
  readonly pauseMs: (slot: number) => number
  readonly stopSending: AbortSignal
}

/**
 * Closed loop: each lane sends its next request as soon as the last one has ended (and its pause is over), until the
 * time is up; those in flight are waited for. The lanes start spread over `rampMs`. p-limit holds the number in flight.
 */
export async function runClosedLoop<Lane>(
  startMs: number,
  untilMs: number,
  rampMs: number,
  deps: ClosedLoopDeps<Lane>,
): Promise<void> {
  const { clock, lanes, stopSending } = deps
  const limit = pLimit(Math.max(1, lanes.length))
  await Promise.all(
    lanes.map((lane, slot) =>
      limit(async () => {
        let scheduledMs = startMs + (rampMs * slot) / lanes.length
        while (await sleptUntil(clock, scheduledMs, stopSending)) {
          if (clock.nowMs() >= untilMs) return
          await deps.next(lane, slot, scheduledMs)
          scheduledMs = clock.nowMs() + deps.pauseMs(slot)
        }
      }),
    ),
  )
}

/** False when the run is being stopped. A time that has passed costs no turn of the event loop. */
async function sleptUntil(clock: Clock, atMs: number, signal: AbortSignal): Promise<boolean> {
  const waitMs = atMs - clock.nowMs()
  return waitMs <= 0 ? !signal.aborted : sleepUnlessAborted(clock, waitMs, signal)
}
