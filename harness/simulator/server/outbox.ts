/** Something that has written and wants its bytes to leave. */
export interface Flushable {
  flush(): void
}

/** Streams that got something since the last look at the engine. Each leaves in one write, all in the same tick. */
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
