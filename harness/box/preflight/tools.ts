import type { ContainerEngine } from '../../endpoint/serve/engine/engine.ts'
import type { DiskFacts, Finding } from './facts.ts'
import type { Ask } from './network/request.ts'

/** How a program ended: its texts, or why it could not be run. `code` is null after a time limit. */
export type ProgramEnd =
  | { readonly code: number | null; readonly stdout: string; readonly stderr: string }
  | { readonly absent: string }

/** What a preflight is asked, and how it reaches the world. Tests give fakes. */
export interface PreflightTools {
  readonly engine: ContainerEngine
  /** Words of the user for the engine, before the image. */
  readonly engineArgs: readonly string[]
  /** Folder with downloaded weights, as containers get it. */
  readonly cacheDir: string
  /** Environment of this shell. */
  readonly env: NodeJS.ProcessEnv
  /** The network may not be used. */
  readonly offline: boolean
  /** Whether a small image may be pulled for the trial of the GPUs: not where a plan is only printed. */
  readonly mayPull: boolean
  readonly run: (program: string, args: readonly string[], timeoutMs: number) => Promise<ProgramEnd>
  readonly ask: Ask
  readonly disk: (folder: string) => Promise<Finding<DiskFacts>>
  /** Whether a port of this machine can be listened on: null, or the code of the error. */
  readonly portError: (port: number) => Promise<string | null>
  /** Name of this machine, to tell an engine on another one. */
  readonly hostname: string
  /** Time of day, in ms. */
  readonly wallMs: () => number
}
