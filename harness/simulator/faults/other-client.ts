import type { EngineDriver } from '../engine/driver.ts'
import type { Engine } from '../engine/engine.ts'
import { seededRandom } from '../random.ts'

const PROMPT_TOKENS = 256
const OUTPUT_TOKENS = 96

/** What a client inside the machine needs to keep the engine at work. */
export interface ForeignClientOptions {
  readonly engine: Engine
  readonly driver: EngineDriver
  readonly vocab: number
  readonly seed: number
  readonly nowMs: () => number
}

/** Another client of the same server: one request after the other, without a pause. Its load is real. */
export function startForeignClient({ engine, driver, vocab, seed, nowMs }: ForeignClientOptions): { stop(): void } {
  const random = seededRandom(seed)
  let stopped = false
  const ask = (): void => {
    if (stopped) return
    engine.submit(
      {
        promptTokens: Array.from({ length: PROMPT_TOKENS }, () => Math.floor(random() * vocab)),
        cacheSalt: 'foreign',
        maxTokens: OUTPUT_TOKENS,
        stopAfterTokens: Number.POSITIVE_INFINITY,
        onToken: (_piece, _outputTokens, finish) => {
          if (finish !== null) ask()
        },
      },
      nowMs(),
    )
  }
  ask()
  driver.catchUp()
  return {
    stop: () => {
      stopped = true
    },
  }
}
