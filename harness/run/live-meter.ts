/** Converts the workers' reports to a rate for the live display. */
export class LiveMeter {
  #inFlight = 0
  #events = 0
  #sinceMs: number | null = null

  /** What a worker reported: requests in flight now, content events since its last report. */
  add(inFlight: number, events: number): void {
    this.#inFlight = inFlight
    this.#events += events
  }

  /** In flight now, and events per second since the last call. */
  read(nowMs: number): { inFlight: number; eventsPerS: number } {
    const seconds = this.#sinceMs === null ? 0 : (nowMs - this.#sinceMs) / 1000
    const eventsPerS = seconds > 0 ? this.#events / seconds : 0
    this.#events = 0
    this.#sinceMs = nowMs
    return { inFlight: this.#inFlight, eventsPerS }
  }
}
