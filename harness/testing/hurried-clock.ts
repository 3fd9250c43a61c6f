import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../clock.ts'

/** A clock that is a hundred times as fast: a second of waiting takes 10 ms. */
export const hurried: Clock = {
  nowMs: () => performance.now() * 100,
  wall: () => new Date(0),
  sleep: async (ms, signal) => {
    await delay(ms / 100, undefined, signal ? { signal } : {})
  },
}
