import type { Card } from '../catalogue/types.ts'
import type { Clock } from '../clock.ts'
import type { Address } from '../endpoint/address.ts'
import type { LoadDriver, LoadListener } from '../load/driver.ts'
import type { StepRow } from '../record/rows.ts'
import type { Endpoint, TrainingJob } from '../record/schema/run.ts'

/** What every kind of workload is prepared with. */
export interface WorkContext {
  /** Address as typed; null where the person gave none, which only training can do without. */
  readonly endpoint: string | null
  readonly apiKey: string | null
  /** The card that was found, or null: nothing can be said about fit then. */
  readonly card: Card | null
  /** GPUs that serve. */
  readonly gpus: number
}

/** What a workload needs when it starts. */
export interface StartOptions {
  readonly originMs: number
  readonly clock: Clock
  readonly workers: number
}

/** Who listens to a workload: rows of requests or of steps, and the news that memory ran out. */
export interface WorkListener extends LoadListener {
  onSteps(rows: readonly StepRow[]): void
  onOutOfMemory(evidence: string): void
  /** What a training command says of itself. */
  onConfig(config: TrainingJob['config']): void
}

/** A workload that has been looked at and found fit to start; nothing has been written yet. */
export interface Workload {
  /** Where the server's counters are; null where there is no server. */
  readonly address: Address | null
  readonly endpoint: Endpoint
  readonly simulatedBy: string | null
  /** The command of a training run. */
  readonly command: readonly string[] | null
  /** Set where it is known already that the card has too little memory: that is the run's result. */
  readonly oom: string | null
  readonly start: (stage: StartOptions, listener: WorkListener) => Promise<LoadDriver>
}

/** An endpoint that was not reached or not asked: nothing about it is known. */
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
