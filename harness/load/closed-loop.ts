import { type Clock, sleepUnlessAborted } from '../clock.ts'

/** When a closed loop runs, in ms on the common clock. */
export interface ClosedLoopTimes {
  readonly startMs: number
  /** No request is sent from then on. */
  readonly untilMs: number
  /** The lanes start spread over this. */
  readonly rampMs: number
}

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
 * time is up; those in flight are waited for. A lane has one request in flight, so that the lanes are the limit.
 */
export async function runClosedLoop<Lane>(
  { startMs, untilMs, rampMs }: ClosedLoopTimes,
  deps: ClosedLoopDeps<Lane>,
): Promise<void> {
  const { clock, lanes, stopSending } = deps
  await Promise.all(
    lanes.map(async (lane, slot) => {
      let scheduledMs = startMs + (rampMs * slot) / lanes.length
      while (await sleptUntil(clock, scheduledMs, stopSending)) {
        if (clock.nowMs() >= untilMs) return
        await deps.next(lane, slot, scheduledMs)
        scheduledMs = clock.nowMs() + deps.pauseMs(slot)
      }
    }),
  )
}

/** False when the run is being stopped. A time that has passed costs no turn of the event loop. */
export async function sleptUntil(clock: Clock, atMs: number, signal: AbortSignal): Promise<boolean> {
  const waitMs = atMs - clock.nowMs()
  return waitMs <= 0 ? !signal.aborted : sleepUnlessAborted(clock, waitMs, signal)
}
