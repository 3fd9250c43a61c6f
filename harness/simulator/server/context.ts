import type { EngineDriver } from '../engine/driver.ts'
import type { Engine } from '../engine/engine.ts'
import type { Tales } from '../faults/false-reports.ts'
import type { Silence } from '../faults/sensor-faults.ts'
import type { StreamFates } from '../faults/stream-fates.ts'
import type { Random } from '../random.ts'
import type { EngineLife } from './engine-dead.ts'
import type { Outbox } from './outbox.ts'

/** The model as the endpoints see it. */
export interface ServedModel {
  /** Names that requests may use; answers carry the first. */
  readonly names: readonly string[]
  readonly root: string
  readonly maxModelLen: number
  readonly vocab: number
}

/** The cards as nvidia-smi asks for them, whatever is served on them. */
export interface MachineContext {
  readonly nowMs: () => number
  readonly driver: Pick<EngineDriver, 'catchUp'>
  /** The cards as nvidia-smi would see them at a moment that is not in the future. */
  readonly smiState: (atMs: number) => unknown
  /** Whether nvidia-smi gets no answer at this moment. */
  readonly smiSilence: () => Silence
  /** Joules of true power over a span, of each card. */
  readonly trueEnergyJ: (fromMs: number, toMs: number) => readonly number[]
}

/** What the handlers of the endpoints work with. */
export interface ServerContext extends MachineContext {
  readonly served: ServedModel
  readonly engine: Engine
  readonly driver: EngineDriver
  readonly outbox: Outbox
  readonly startedS: number
  /** Draws the lengths at which answers end by themselves. */
  readonly random: Random
  readonly apiKey: string | null
  readonly version: string
  /** Idle connections are closed after this. */
  readonly keepAliveMs: number
  readonly life: EngineLife
  readonly fates: StreamFates
  readonly tales: Tales
  /** The text of /metrics. */
  readonly metricsText: () => string
}
