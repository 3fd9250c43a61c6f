import { ApiError } from './api-error.ts'

/** vLLM's own words once its engine process is gone. */
const ENGINE_DEAD = 'EngineCore encountered an issue. See stack trace (above) for the root cause.'

/** The refusal of every request to a dead engine, and the error in the streams that it leaves behind. */
export const engineDead = (): ApiError => new ApiError(500, 'InternalServerError', ENGINE_DEAD)

/** Whether the engine is alive. When it dies, whoever streams from it hears of that, and then the machine. */
export class EngineLife {
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

  /** It does not come back. */
  die(): void {
    if (this.#isDead) return
    this.#isDead = true
    for (const tell of [...this.#streams]) tell(engineDead())
    this.#streams.clear()
    this.#onDeath()
  }
}
