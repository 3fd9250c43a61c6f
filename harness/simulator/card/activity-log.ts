/** Activity of a card over a span, integrated exactly. */
export interface Activity {
  readonly energyJ: number
  /** Time with a kernel running. */
  readonly busyMs: number
  /** Time with memory being read, from the step-time model. */
  readonly memoryMs: number
  /** Time at the power limit. */
  readonly cappedMs: number
}

/** Power and load of a card during a span. */
export interface Span {
  readonly powerW: number
  readonly memoryShare: number
  readonly capped: boolean
}

/** Spans kept: at 100 steps per second, about an hour and a half of continuous load. */
const CAPACITY = 1 << 19

/**
 * The true history of a card: spans of constant load, idle between them, with running integrals so that any window is
 * summed with one look-up. Nothing is sampled here; sensor.ts derives the sensor readings from it.
 */
export class ActivityLog {
  #idleW: number
  readonly #originMs: number
  readonly #firstIdleW: number
  readonly #starts = new Float64Array(CAPACITY)
  readonly #ends = new Float64Array(CAPACITY)
  readonly #powers = new Float64Array(CAPACITY)
  /** Power of the idle time after a span. */
  readonly #idleAfter = new Float64Array(CAPACITY)
  readonly #memoryShares = new Float64Array(CAPACITY)
  readonly #capped = new Uint8Array(CAPACITY)
  /** Integrals up to the start of a span. */
  readonly #energyBefore = new Float64Array(CAPACITY)
  readonly #busyBefore = new Float64Array(CAPACITY)
  readonly #memoryBefore = new Float64Array(CAPACITY)
  readonly #cappedBefore = new Float64Array(CAPACITY)
  #count = 0

  constructor(idleW: number, originMs: number) {
    this.#idleW = idleW
    this.#firstIdleW = idleW
    this.#originMs = originMs
  }

  /** Changes the power of idle time from `atMs` on, or from the end of the last span where that is later. */
  setIdle(atMs: number, idleW: number): void {
    const sinceMs = Math.max(atMs, this.endMs)
    this.#idleW = idleW
    this.add(sinceMs, sinceMs, { powerW: idleW, memoryShare: 0, capped: false })
  }

  /** End of the last span. */
  get endMs(): number {
    return this.#count === 0 ? this.#originMs : (this.#ends[(this.#count - 1) % CAPACITY] as number)
  }

  /** Appends a span. Spans must be in order and must not overlap. */
  add(startMs: number, endMs: number, span: Span): void {
    const before = this.#upTo(startMs)
    const slot = this.#count % CAPACITY
    this.#starts[slot] = startMs
    this.#ends[slot] = endMs
    this.#powers[slot] = span.powerW
    this.#idleAfter[slot] = this.#idleW
    this.#memoryShares[slot] = span.memoryShare
    this.#capped[slot] = span.capped ? 1 : 0
    this.#energyBefore[slot] = before.energyJ
    this.#busyBefore[slot] = before.busyMs
    this.#memoryBefore[slot] = before.memoryMs
    this.#cappedBefore[slot] = before.cappedMs
    this.#count += 1
  }

  /** The integrals over a window. Time before the oldest span counts as idle. */
  between(fromMs: number, toMs: number): Activity {
    const end = this.#upTo(toMs)
    const start = this.#upTo(fromMs)
    return {
      energyJ: end.energyJ - start.energyJ,
      busyMs: end.busyMs - start.busyMs,
      memoryMs: end.memoryMs - start.memoryMs,
      cappedMs: end.cappedMs - start.cappedMs,
    }
  }

  /** Mean power over a window that is not empty. */
  meanPowerW(fromMs: number, toMs: number): number {
    return (this.between(fromMs, toMs).energyJ * 1000) / (toMs - fromMs)
  }

  #upTo(atMs: number): Activity {
    const slot = this.#spanBefore(atMs)
    if (slot === null)
      return { energyJ: (this.#firstIdleW * (atMs - this.#originMs)) / 1000, busyMs: 0, memoryMs: 0, cappedMs: 0 }
    const busyMs = Math.min(atMs, this.#ends[slot] as number) - (this.#starts[slot] as number)
    const idleMs = Math.max(0, atMs - (this.#ends[slot] as number))
    const energyJ = ((this.#powers[slot] as number) * busyMs + (this.#idleAfter[slot] as number) * idleMs) / 1000
    return {
      energyJ: (this.#energyBefore[slot] as number) + energyJ,
      busyMs: (this.#busyBefore[slot] as number) + busyMs,
      memoryMs: (this.#memoryBefore[slot] as number) + busyMs * (this.#memoryShares[slot] as number),
      cappedMs: (this.#cappedBefore[slot] as number) + busyMs * (this.#capped[slot] as number),
    }
  }

  /** Slot of the last span that starts at or before `atMs`; null when there is none. */
  #spanBefore(atMs: number): number | null {
    let low = Math.max(0, this.#count - CAPACITY)
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#starts[middle % CAPACITY] as number) <= atMs) low = middle + 1
      else high = middle
    }
    const found = low - 1
    return found < Math.max(0, this.#count - CAPACITY) ? null : found % CAPACITY
  }
}
