import type { Gpu, RunRecord } from '../record/schema/run.ts'
import type { Trial } from '../record/schema/trial.ts'
import type { Scenario } from '../scenario/schema.ts'

/** The state of a running phase, for the live display. */
export interface Tick {
  readonly label: string
  readonly elapsedMs: number
  readonly totalMs: number
  readonly inFlight: number
  /** Content events per second over the last tick: an estimate for display, never a result. */
  readonly eventsPerS: number
  readonly powerW: number | null
  readonly memoryMiB: number | null
  /** What a pause without load waits for; absent under load. */
  readonly waitingFor?: string
}

/** Receives the progress of a run and writes it to stderr. Its methods must return quickly. */
export interface Progress {
  started(scenario: Scenario, directory: string, gpus: readonly Gpu[]): void
  tick(tick: Tick): void
  trialDone(trial: Trial, record: RunRecord): void
  /** An intermediate result across runs, such as a step of a search. */
  note(message: string): void
  warn(message: string): void
}

/** Progress that displays nothing. */
export const silentProgress: Progress = { started() {}, tick() {}, trialDone() {}, note() {}, warn() {} }
