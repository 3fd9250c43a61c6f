/**
 * The first error of a callback. Callbacks of sockets, threads and child processes have no caller that could catch it:
 * an exception would end the process with the record open. It is stored here, ends the load, and is thrown again by the
 * step that waits for the load.
 */
export class CallbackFault {
  readonly #first = new AbortController()

  /** Aborts with the first error. */
  get signal(): AbortSignal {
    return this.#first.signal
  }

  /** The callback with its errors caught. After the first error it does nothing, so that a record has no unmentioned gaps. */
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
