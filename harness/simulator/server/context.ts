import type { EngineDriver } from '../engine/driver.ts'
import type { Engine } from '../engine/engine.ts'
import type { Random } from '../random.ts'
import type { Outbox } from './outbox.ts'

/** The model as the endpoints see it. */
export interface ServedModel {
  /** Names that requests may use; answers carry the first. */
  readonly names: readonly string[]
  readonly root: string
  readonly maxModelLen: number
  readonly vocab: number
}

/** What the handlers of the endpoints work with. */
export interface ServerContext {
  readonly served: ServedModel
  readonly engine: Engine
  readonly driver: EngineDriver
  readonly outbox: Outbox
  readonly nowMs: () => number
  readonly startedS: number
  /** Draws the lengths at which answers end by themselves. */
  readonly random: Random
  readonly apiKey: string | null
  /** The text of /metrics. */
  readonly metricsText: () => string
  /** The cards as nvidia-smi would see them now. */
  readonly smiState: () => unknown
  /** Joules of true power over a span, of each card. */
  readonly trueEnergyJ: (fromMs: number, toMs: number) => readonly number[]
}
