/**
 * What schedules the boxes of a fleet: it queues, starts and ends their jobs, and keeps the logs. joulemark describes, submits,
 * follows and judges. There is one job for each box and try.
 */
export interface FleetEngine {
  readonly name: 'slurm' | 'ansible' | 'kubernetes'
  /**
   * The boxes that names or patterns of FLEET.yaml stand for, as the engine knows them now, each once: one that it does not know,
   * or that takes no job (drained, down), has `usable: false` and the reason. A box that is merely busy is usable.
   * Throws `environment` where the engine does not answer, and `bad-input` for a pattern that it cannot read.
   */
  readonly boxes: (names: readonly string[], signal: AbortSignal) => Promise<readonly EngineBox[]>
  /**
   * Hands jobs to the engine. Idempotent by the id of the job: one that was submitted before a crash is found again and not
   * started twice. A job that the engine refuses has a handle of null and the reason. `take` is called with the id of each job as
   * soon as the engine has answered for it, where it is asked for one after the other. Throws `environment`, also where `signal` aborts before all are handed over: `find`
   * shows what the engine has.
   */
  readonly submit: (jobs: readonly BoxJob[], signal: AbortSignal, take?: TakeSubmitted) => Promise<readonly Submitted[]>
  /** The jobs that `submit` has handed over, by their ids; null for one that the engine does not have. Starts nothing. Throws `environment`. */
  readonly find: (jobs: readonly BoxJob[], signal: AbortSignal) => Promise<readonly (JobHandle | null)[]>
  /** The state of each job, in the order of the handles. Throws `environment` where the engine does not answer: ask again later. */
  readonly follow: (handles: readonly JobHandle[], signal: AbortSignal) => Promise<readonly JobState[]>
  /** Ends jobs, waiting ones too. For each null, or why it may go on. One that has ended is no error. Throws `environment`. */
  readonly cancel: (handles: readonly JobHandle[]) => Promise<readonly (string | null)[]>
  /**
   * Brings the run folders of a box, its `baselines.json` with the runs that it names, and its log into a folder of this machine,
   * where they are not there already. Also those of a box that ended half way: whatever is whole. Safe to repeat.
   */
  readonly collect: (handle: JobHandle, folder: string, signal: AbortSignal) => Promise<void>
}

/** A box as the engine knows it. */
export interface EngineBox {
  readonly name: string
  readonly usable: boolean
  /** Why it takes no job, in the words of the engine; null for a usable one. */
  readonly reason: string | null
  /** GPUs that the engine counts in it; null where it does not count. */
  readonly gpus: number | null
}

/** What is to be done on one box: a command, as words. An engine quotes them with `commandLine`. */
export interface BoxJob {
  /** Unique over all campaigns, boxes and tries: letters, digits and dashes, as `jm-rack-7-20261127t0109-gpu1-1`. */
  readonly id: string
  readonly box: string
  readonly argv: readonly string[]
  /** Files of this machine that `argv` names by their absolute paths. */
  readonly files: readonly string[]
  /** Folder on the box that joulemark writes to, the one in `argv`. */
  readonly outFolder: string
  /** Folder of this machine for the log of the job, ID.log, and what else belongs to it. */
  readonly logFolder: string
  readonly timeLimitS: number
  /** Seconds from now after which it must have ended, started or not: the end of the maintenance window. Null: any time. */
  readonly endWithinS: number | null
}

/** A job of the engine, as it is kept in the state of the campaign: enough to find it again after a crash. */
export interface JobHandle {
  readonly id: string
  readonly box: string
  /** The engine's own name of it, such as the job id of Slurm. */
  readonly native: string
  readonly outFolder: string
  readonly logFolder: string
}

export type Submitted =
  | { readonly handle: JobHandle; readonly reason: null }
  | { readonly handle: null; readonly reason: string }

export type TakeSubmitted = (id: string, submitted: Submitted) => void

/** Why a job ended without an exit code of joulemark. */
export const lossKinds = ['node', 'preempted', 'cancelled', 'time-limit', 'window', 'unknown'] as const
export type LossKind = (typeof lossKinds)[number]

export type JobState =
  | { readonly state: 'waiting'; readonly reason: string | null }
  | { readonly state: 'running' }
  | { readonly state: 'ended'; readonly exitCode: number }
  | { readonly state: 'lost'; readonly kind: LossKind; readonly reason: string }
