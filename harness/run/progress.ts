import type { Gpu, RunRecord } from '../record/schema/run.ts'
import type { Trial } from '../record/schema/trial.ts'
import type { Scenario } from '../scenario/schema.ts'

/** One look at a running phase, for the live display. */
export interface Tick {
  readonly label: string
  readonly elapsedMs: number
  readonly totalMs: number
  readonly inFlight: number
  /** Content events per second over the last tick: a live hint, never a figure. */
  readonly eventsPerS: number
  readonly powerW: number | null
  readonly memoryMiB: number | null
  /** What a pause without load waits for; absent under load. */
  readonly waitingFor?: string
}

/** Who watches a run. All of it goes to stderr; nothing here may be slow. */
export interface Progress {
  started(scenario: Scenario, directory: string, gpus: readonly Gpu[]): void
  tick(tick: Tick): void
  trialDone(trial: Trial, record: RunRecord): void
  /** A result on the way that is no figure of one run, such as a step of a search. */
  note(message: string): void
  warn(message: string): void
}

/** Shows nothing. */
export const silentProgress: Progress = { started() {}, tick() {}, trialDone() {}, note() {}, warn() {} }
