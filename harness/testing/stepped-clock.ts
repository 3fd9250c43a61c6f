import type { Clock } from '../clock.ts'

/** A clock whose time passes only during a sleep; `onStep` is called at each step. */
export function steppedClock(onStep: (nowMs: number) => void = () => {}): Clock {
  let nowMs = 0
  return {
    nowMs: () => nowMs,
    wall: () => new Date(nowMs),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      nowMs += ms
      onStep(nowMs)
    },
  }
}
