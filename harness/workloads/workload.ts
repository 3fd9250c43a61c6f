import type { FitCard } from '../catalogue/own/known.ts'
import type { DescribedModel } from '../catalogue/types.ts'
import type { Clock } from '../clock.ts'
import type { Address } from '../endpoint/address.ts'
import type { LoadDriver, LoadListener } from '../load/driver.ts'
import type { RequestYield } from '../load/probe/expected-requests.ts'
import type { StepRow } from '../record/rows.ts'
import type { Endpoint } from '../record/schema/endpoint.ts'
import type { TrainingJob } from '../record/schema/run.ts'
import type { CommandContainer } from './command.ts'
import type { PlannedPrefixes } from './prefixes.ts'

/** The context in which every kind of workload is prepared. */
export interface WorkContext {
  /** Address as typed; null where none was given, which is valid only for training. */
  readonly endpoint: string | null
  /** Served name of the model as given by the user; absent where the catalogue names it. */
  readonly servedAs?: string | undefined
  readonly apiKey: string | null
  /** The card that was found, or null where it or its memory is unknown, in which case fit is unknown. */
  readonly card: FitCard | null
  /** Time on the common clock: makes the prompts of a probe its own. */
  readonly nowMs: number
  /** Cuts what is in flight. */
  readonly signal: AbortSignal
  /** Tells the user what is waited for. */
  readonly note: (message: string) => void
  /** Called with what discovery found, before the first request, which may take a minute. */
  readonly onDiscovered: (found: Pick<Workload, 'endpoint' | 'simulatedBy' | 'model'>) => Promise<void>
  /** The words of memory with which the server that was started for this model ended; absent where none was. */
  readonly startFailure?: string | undefined
  /** GPUs that serve. */
  readonly gpus: number
  /** Their UUIDs: what a training command on this machine may use. */
  readonly gpuUuids: readonly string[]
  /** The container of a training command; absent where it runs on this machine. */
  readonly container?: CommandContainer | undefined
}

/** Options with which a workload starts. */
export interface StartOptions {
  readonly originMs: number
  readonly clock: Clock
  readonly workers: number
}

/** Receives the events of a workload: rows of requests or steps, and out-of-memory errors. */
export interface WorkListener extends LoadListener {
  onSteps(rows: readonly StepRow[]): void
  onOutOfMemory(evidence: string): void
  /** Called with the configuration that a training command prints. */
  onConfig(config: TrainingJob['config']): void
}

/** A workload that was checked and is ready to start; nothing has been written yet. */
export interface Workload {
  /** Address of the server's counters; null where there is no server. */
  readonly address: Address | null
  readonly endpoint: Endpoint
  readonly simulatedBy: string | null
  /** Names under which the metrics of the model may stand at /metrics, best first; absent without a server. */
  readonly metricLabels?: readonly string[]
  /** Path of its Prometheus page; absent without a server. */
  readonly metricsPath?: string
  /** The model as described, where the catalogue does not have it; absent for one that it has. */
  readonly model?: DescribedModel
  /** The command of a training run. */
  readonly command: readonly string[] | null
  /** Set where the card is known to have too little memory, which is then the result of the run. */
  readonly oom: string | null
  /** The same in one line, where the model does not fit by arithmetic. */
  readonly oomReason?: string
  /** Requests in the window of a trial, from the time of one in ms; absent where nobody needs their number. */
  readonly expectedRequests?: (requestMs: number | null) => RequestYield | null
  /** Time of one request alone on the server, in ms; null or absent if it was not measured. */
  readonly requestMs?: number | null
  /** Prefixes to send once before the load; absent where the scenario asks for no hit rate. */
  readonly prefixes?: PlannedPrefixes
  readonly start: (startOptions: StartOptions, listener: WorkListener) => Promise<LoadDriver>
}

/** An endpoint that was not reached or not queried: nothing about it is known. */
export const unknownEndpoint = (url: string): Endpoint => ({
  url,
  engine: null,
  version: null,
  systemFingerprint: null,
  model: null,
  modelRoot: null,
  servedModels: [],
  maxModelLen: null,
})
