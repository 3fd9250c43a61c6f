import type { RunRecord } from '../record/schema/run.ts'
import type { Trial } from '../record/schema/trial.ts'

/** The state of a running phase, for the live display. A value that is not known is null. */
export interface Tick {
  /** The phase: `warm-up`, `trial 2`, `cool-down`. */
  readonly label: string
  readonly elapsedMs: number
  readonly totalMs: number
  readonly inFlight: number
  /** Content events that came since the last tick, counted as requests end: for an estimate, never a result. */
  readonly events: number
  /** Of the serving cards together. */
  readonly powerW: number | null
  readonly memoryMiB: number | null
  /** Of the warmest serving card. */
  readonly temperatureC: number | null
  /** Share of the KV cache in use, 0 to 1, when the server was last asked. */
  readonly kvUsageShare: number | null
  /** What a pause without load waits for; absent under load. */
  readonly waitingFor?: string
}

/** Receives the progress of a run and writes it to stderr. Its methods must return quickly. */
export interface Progress {
  /** What is done before the load, such as calibrating the client. */
  doing(what: string): void
  started(record: RunRecord, directory: string): void
  tick(tick: Tick): void
  trialDone(trial: Trial, record: RunRecord): void
  /** The run is over, also where it failed. */
  ended(): void
  /** An intermediate result across runs, such as a step of a search. */
  note(message: string): void
  warn(message: string): void
}

/** Progress that displays nothing. */
export const silentProgress: Progress = {
  doing() {},
  started() {},
  tick() {},
  trialDone() {},
  ended() {},
  note() {},
  warn() {},
}
