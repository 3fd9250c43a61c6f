import { setTimeout as delay } from 'node:timers/promises'

/**
 * The one clock. `nowMs` is monotonic and means the same in every thread of this machine:
 * milliseconds since the Unix epoch as they were when the process began, then counted by `performance.now()`,
 * so that a step of the wall clock during a run cannot bend a latency or a window.
 */
export interface Clock {
  nowMs(): number
  /** Wall time, for people and file names only. */
  wall(): Date
  /** Never ends early. Rejects when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Sleeps for `ms` unless `signal` aborts first. True when the whole time has passed, false when it was cut short. */
export async function sleepUnlessAborted(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false
  try {
    await clock.sleep(ms, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return !signal.aborted
}

/** The real clock. Everything that reads time takes a `Clock`, so that tests can bring their own. */
export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  wall: () => new Date(),
  sleep: async (ms, signal) => {
    const untilMs = performance.now() + ms
    let leftMs = ms
    // a timer counts in whole milliseconds from a clock that it cuts to them: it may ring up to one too early, and a
    // request sent before its time would look faster than it was
    do {
      await delay(Math.max(0, Math.ceil(leftMs)), undefined, signal ? { signal } : {})
      leftMs = untilMs - performance.now()
    } while (leftMs > 0)
  },
}
