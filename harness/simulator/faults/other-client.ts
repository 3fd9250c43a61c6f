import type { EngineDriver } from '../engine/driver.ts'
import type { Engine } from '../engine/engine.ts'
import { seededRandom } from '../random.ts'

const PROMPT_TOKENS = 256
const OUTPUT_TOKENS = 96

/** What the other client needs to load the engine. */
export interface OtherClientOptions {
  readonly engine: Engine
  readonly driver: EngineDriver
  readonly vocab: number
  readonly seed: number
  readonly nowMs: () => number
}

/** Starts another client of the same server: one request after the other, without a pause. The engine serves them all. */
export function startOtherClient({ engine, driver, vocab, seed, nowMs }: OtherClientOptions): { stop(): void } {
  const random = seededRandom(seed)
  let stopped = false
  const ask = (): void => {
    if (stopped) return
    engine.submit(
      {
        promptTokens: Array.from({ length: PROMPT_TOKENS }, () => Math.floor(random() * vocab)),
        cacheSalt: 'other-client',
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
