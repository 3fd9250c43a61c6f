/** A writer with pending bytes. */
export interface Flushable {
  flush(): void
}

/** Streams with pending bytes since the last engine call. Each is flushed in one write, all in the same tick. */
export class Outbox {
  #waiting: Flushable[] = []

  add(stream: Flushable): void {
    this.#waiting.push(stream)
  }

  flush(): void {
    if (this.#waiting.length === 0) return
    const streams = this.#waiting
    this.#waiting = []
    for (const stream of streams) stream.flush()
  }
}
