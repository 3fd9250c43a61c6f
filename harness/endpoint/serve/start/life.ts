/** CPU work alone keeps a start alive for this many times the limit: a process that waits for another may spin for ever. */
const CPU_FACTOR = 3

/** Lines that a server repeats while it waits for itself: they show that it hangs, not that it lives. */
const HEARTBEAT = /No available shared memory broadcast block found|Waiting for \d+ local, \d+ remote core engine/

/**
 * When a start last showed that it goes on: by a line of its log or by downloaded bytes, and by CPU work, which counts less.
 * A start that shows none of them for the limit is given up.
 */
export class SignsOfLife {
  readonly #limitMs: number
  #shownMs: number
  #workedMs: number

  constructor(nowMs: number, limitMs: number) {
    this.#limitMs = limitMs
    this.#shownMs = nowMs
    this.#workedMs = nowMs
  }

  line(text: string, nowMs: number): void {
    if (!HEARTBEAT.test(text)) this.#shownMs = nowMs
  }

  bytes(nowMs: number): void {
    this.#shownMs = nowMs
  }

  cpu(nowMs: number): void {
    this.#workedMs = nowMs
  }

  isOver(nowMs: number): boolean {
    const quietMs = nowMs - Math.max(this.#shownMs, this.#workedMs)
    return quietMs > this.#limitMs || nowMs - this.#shownMs > CPU_FACTOR * this.#limitMs
  }
}
