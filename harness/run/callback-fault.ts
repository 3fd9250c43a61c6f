/**
 * The first error of a callback. Callbacks of sockets, threads and child processes have no caller that could catch:
 * what they throw would end the process with the record open. It is kept here, ends the load, and is thrown by the step
 * that waits for it.
 */
export class CallbackFault {
  readonly #first = new AbortController()

  /** Aborts with the first error. */
  get signal(): AbortSignal {
    return this.#first.signal
  }

  /** The callback, made safe. After the first error it does nothing: a record must not have gaps that it does not mention. */
  guard<Args extends readonly unknown[]>(callback: (...args: Args) => void): (...args: Args) => void {
    return (...args) => {
      if (this.#first.signal.aborted) return
      try {
        callback(...args)
      } catch (error) {
        this.#first.abort(error)
      }
    }
  }

  /** Throws the first error, if there is one. */
  throwIfAny(): void {
    this.#first.signal.throwIfAborted()
  }
}
