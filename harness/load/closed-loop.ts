import pLimit from 'p-limit'
import type { Clock } from '../clock.ts'
import type { Phase } from './protocol.ts'
import type { Stream } from './streams.ts'

export interface ClosedLoopDeps {
  readonly clock: Clock
  readonly streams: readonly Stream[]
  /** Id of the next request, or null when the phase has sent enough. */
  readonly nextId: () => number | null
  /** Sends one request and records it. `scheduledMs` is when its slot became free. */
  readonly send: (stream: Stream, id: number, scheduledMs: number) => Promise<void>
  readonly stopSending: AbortSignal
}

/**
 * Closed loop: each stream sends its next request as soon as the last one has ended, until the phase's time is up;
 * those in flight are waited for. The streams start spread over `rampMs`. p-limit holds the number in flight.
 */
export async function runClosedLoop(phase: Phase, originMs: number, deps: ClosedLoopDeps): Promise<void> {
  const { clock, streams, stopSending } = deps
  const limit = pLimit(Math.max(1, streams.length))
  const untilMs = originMs + phase.sendUntilMs
  await Promise.all(
    streams.map((stream, slot) =>
      limit(async () => {
        let scheduledMs = originMs + phase.startMs + (phase.rampMs * slot) / streams.length
        await sleepUntil(clock, scheduledMs, stopSending)
        while (!stopSending.aborted && clock.nowMs() < untilMs) {
          const id = deps.nextId()
          if (id === null) return
          await deps.send(stream, id, scheduledMs)
          scheduledMs = clock.nowMs()
        }
      }),
    ),
  )
}

async function sleepUntil(clock: Clock, atMs: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(atMs - clock.nowMs(), signal)
  } catch {
    // woken early because the run is being stopped: the loop sees the signal
  }
}
