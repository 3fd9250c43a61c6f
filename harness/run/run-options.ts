import type { KeyObject } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { messageOf } from '../errors.ts'
import { provenanceOf } from '../record/provenance.ts'
import type { BoxPart } from '../record/schema/box.ts'
import type { CardProbe } from '../record/schema/card-probe.ts'
import type { RunRecord } from '../record/schema/run.ts'
import type { ServerStart } from '../record/schema/server.ts'
import type { RunSetting } from '../record/schema/setting.ts'
import type { SigningKey } from '../record/signing/key-file.ts'
import type { WallAsked } from '../telemetry/wall/asked.ts'
import type { WallHost } from '../telemetry/wall/host.ts'
import type { CommandContainer } from '../workloads/command.ts'
import type { Progress } from './progress.ts'

/** The inputs of a run. Flags and environment variables are read by the command line, never here. */
export interface RunOptions {
  readonly clock: Clock
  readonly endpoint: string
  /** Bearer key of the endpoint; it is sent nowhere else. */
  readonly apiKey: string | null
  /** What the server was handed in variables and may be a secret: no file of the record holds it. */
  readonly secrets?: readonly string[]
  /** Served name of the model as given by the user; absent where the catalogue names it. */
  readonly servedAs?: string | undefined
  /** nvidia-smi; `required` if the user named it, so that its absence is an input error. Null: run without a GPU. */
  readonly nvidiaSmi: { readonly path: string; readonly required: boolean } | null
  /** Which sources of the power of CPUs and server are read, and the machine that has them; absent: none. */
  readonly wall?: { readonly asked: WallAsked; readonly host: WallHost } | undefined
  readonly outDir: string
  /** Card that the user expects; the name reported by nvidia-smi decides. */
  readonly card: string | null
  /** UUIDs or indices of the GPUs that serve. */
  readonly gpus: readonly string[]
  /** Exact number of trials, instead of the scenario's `certainty`. */
  readonly trials: number | null
  /** At most so many trials, though the scenario allows more; never fewer than it needs. */
  readonly mostTrials?: number | undefined
  /** Whether the scenario was shortened with --quick: the record says so. */
  readonly quick?: boolean
  readonly workers: number
  /** Whether to calibrate the client against an exact server first (five to ten seconds). */
  readonly calibrate: boolean
  readonly tool: RunRecord['tool']
  /** Ed25519 private key that signs the record at its end. */
  readonly signingKey?: KeyObject | null
  /** Folder of the chain of that key (key-chain.ts); null or absent signs outside it. */
  readonly signingChain?: string | null
  /** Makes a key where there is none: called by a live run only, before its first trial. Absent: a run without a key stays unsigned. */
  readonly newSigningKey?: (() => SigningKey) | undefined
  /** Which start of the server this is, if the harness started it. */
  readonly serverStart?: ServerStart
  /** The words of memory with which the server that was started for this run ended; absent where none was, or it started. */
  readonly startFailure?: string | undefined
  /** The container of a training command, and the environment of its engine; absent where it runs on this machine. */
  readonly container?: CommandContainer | undefined
  /** What the cards did alone, before the server was started. */
  readonly cardProbe?: CardProbe
  /** What the run is in the measurement of a whole box. */
  readonly box?: BoxPart
  /** Power limit and clock that were set for this run, and its place in the order of a tuning. */
  readonly setting?: RunSetting
  /**
   * The calibration of the client where it was made before the run, because other loads run beside it. Absent: `calibrate`
   * decides.
   */
  readonly certificate?: RunRecord['certificate']
  /** What other clients did on the server when the run was forced with --force; null or absent where nothing was seen. */
  readonly serverInUse?: string | null
  readonly progress: Progress
  /** First interrupt: nothing new is sent, what is in flight ends, the record is written. */
  readonly drain: AbortSignal
  /** Second interrupt: what is in flight is cut, the record is written. */
  readonly abort: AbortSignal
}

/** What tells whether a run is live. */
type SourceFacts = Pick<Parameters<typeof provenanceOf>[0], 'gpus' | 'simulatedBy'>

/**
 * The options with a key to sign with: the first live run makes one, because a run that is not signed can never be quoted. A
 * simulated run makes none. Where none can be made the run goes on unsigned, and says why.
 */
export function withSigningKey({ gpus, simulatedBy }: SourceFacts, options: RunOptions): RunOptions {
  const { signingKey, newSigningKey, progress } = options
  const { source } = provenanceOf({ gpus, simulatedBy, streamsSimulated: false })
  if (signingKey || newSigningKey === undefined || source !== 'live') return options
  try {
    const { key, chain, madeAt } = newSigningKey()
    if (madeAt !== null) progress.note(`signing key made: ${madeAt}; the runs of this user are signed from now on`)
    return { ...options, signingKey: key, signingChain: chain }
  } catch (error) {
    progress.warn(`this run will not be signed: ${messageOf(error)}`)
    return options
  }
}
