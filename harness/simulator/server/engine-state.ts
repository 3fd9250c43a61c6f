import { ApiError } from './api-error.ts'

/** vLLM's message after its engine process has exited. */
const ENGINE_DEAD = 'EngineCore encountered an issue. See stack trace (above) for the root cause.'

/** The error of every request to a dead engine and of the streams that it leaves open. */
export const engineDead = (): ApiError => new ApiError(500, 'InternalServerError', ENGINE_DEAD)

/** Whether the engine is running. When it exits, its open streams are notified first, then `onDeath` is called. */
export class EngineState {
  readonly #onDeath: () => void
  readonly #streams = new Set<(error: ApiError) => void>()
  #isDead = false

  constructor(onDeath: () => void) {
    this.#onDeath = onDeath
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** Calls `onDead` if the engine dies before the returned function is called. */
  watch(onDead: (error: ApiError) => void): () => void {
    this.#streams.add(onDead)
    return () => this.#streams.delete(onDead)
  }

  /** Ends the engine permanently. */
  die(): void {
    if (this.#isDead) return
    this.#isDead = true
    for (const notify of [...this.#streams]) notify(engineDead())
    this.#streams.clear()
    this.#onDeath()
  }
}
