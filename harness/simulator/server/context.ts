import type { EngineDriver } from '../engine/driver.ts'
import type { Engine } from '../engine/engine.ts'
import type { FalseReports } from '../faults/false-reports.ts'
import type { OtherAnswer } from '../faults/other-answers.ts'
import type { RequestFaults } from '../faults/request-faults.ts'
import type { NoAnswer } from '../faults/sensor-faults.ts'
import type { StreamFaults } from '../faults/stream-faults.ts'
import type { StreamForm } from '../faults/stream-form.ts'
import type { Imitation } from '../imitated/imitation.ts'
import type { Random } from '../random.ts'
import type { SettingReply, SettingRequest } from '../smi/setting.ts'
import type { EngineState } from './engine-state.ts'
import type { StreamContext } from './event-stream.ts'

/** The model for the endpoints. */
export interface ServedModel {
  /** Names that requests may use; answers contain the first. */
  readonly names: readonly string[]
  /** LoRA adapters that requests may name instead. */
  readonly adapters: readonly string[]
  /** Tokens at the start of a chat answer that are reasoning. */
  readonly reasoningTokens: number
  readonly root: string
  readonly maxModelLen: number
  readonly vocab: number
  /** Whether the vocabulary lacks common words, so that each is several tokens. */
  readonly splitsWords: boolean
}

/** The state of the cards for nvidia-smi, for any workload. */
export interface MachineContext {
  readonly nowMs: () => number
  readonly driver: Pick<EngineDriver, 'catchUp'>
  /** The state of the cards for nvidia-smi at a time that is not in the future. */
  readonly smiState: (atMs: number) => unknown
  /** Sets cards as nvidia-smi asks, and answers for it. */
  readonly smiSet: (request: SettingRequest) => SettingReply
  /** Whether nvidia-smi gets no answer now. */
  readonly smiNoAnswer: () => NoAnswer
  /** True energy of each card over a span, in J. */
  readonly trueEnergyJ: (fromMs: number, toMs: number) => readonly number[]
}

/** The context of the endpoint handlers. */
export interface ServerContext extends MachineContext, StreamContext {
  readonly served: ServedModel
  readonly engine: Engine
  readonly driver: EngineDriver
  readonly startedS: number
  /** Draws the lengths of answers that end with the end token. */
  readonly random: Random
  readonly apiKey: string | null
  readonly version: string
  /** Idle connections are closed after this. */
  readonly keepAliveMs: number
  readonly engineState: EngineState
  readonly requestFaults: RequestFaults
  readonly streamFaults: StreamFaults
  readonly streamForm: StreamForm
  /** The answer to every request for a stream in place of one; null without. */
  readonly otherAnswer: OtherAnswer | null
  readonly falseReports: FalseReports
  /** Whether the usage has the cached prompt tokens. */
  readonly reportsCachedTokens: boolean
  /** The text of /metrics. */
  readonly metricsText: () => string
  /** How long /metrics takes to answer. */
  readonly slowMetricsMs: number
  /** Whether /metrics redirects to /metrics/. */
  readonly redirectsMetrics: boolean
  /** The engine that is shown in place of vLLM; null for vLLM. */
  readonly imitation: Imitation | null
  /** The text or the value of a page of that engine; null where it has none at this path. */
  readonly imitatedPage: (path: string) => string | object | null
  /** Closes every connection and begins with new counters, as a restarted server does. */
  readonly restart: () => void
}
