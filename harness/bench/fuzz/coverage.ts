import { type Profiler, Session } from 'node:inspector'

/** Which blocks of some source files have run, by the precise coverage of V8. */
export class Coverage {
  readonly #session = new Session()
  readonly #files: readonly string[]
  readonly #seen = new Set<string>()

  /** `files`: ends of the paths of the source files that count. */
  constructor(files: readonly string[]) {
    this.#files = files
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** Blocks that have run so far. */
  get blocks(): number {
    return this.#seen.size
  }

  /** Whether a block has run since the last call that no call of `keep` has counted. Counts none. */
  hasNews(): boolean {
    return this.#ran().some((block) => !this.#seen.has(block))
  }

  /** Counts the blocks that have run since the last call; returns how many of them are new. */
  keep(): number {
    const before = this.#seen.size
    for (const block of this.#ran()) this.#seen.add(block)
    return this.#seen.size - before
  }

  close(): void {
    this.#session.disconnect()
  }

  /** Blocks of the files that have run since the last call. */
  #ran(): string[] {
    return this.#taken()
      .filter(({ url }) => this.#files.some((file) => url.endsWith(file)))
      .flatMap(({ scriptId, functions }) =>
        functions.flatMap(({ ranges }) =>
          ranges.flatMap(({ startOffset, endOffset, count }) =>
            count > 0 ? [`${scriptId}:${startOffset}:${endOffset}`] : [],
          ),
        ),
      )
  }

  #taken(): Profiler.ScriptCoverage[] {
    let found: Profiler.ScriptCoverage[] = []
    // the answer of a session in the same thread arrives before the call returns
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error) throw error
      found = result
    })
    return found
  }
}
