import type { ProofLengths } from '../../harness/prove/budget.ts'
import type { PlainScenarioFile } from '../../harness/scenario/expand.ts'

/** What a load program does: nothing, full load, or full load that is switched on and off. */
export type LoadPattern =
  | { readonly kind: 'steady'; readonly seconds: number }
  | { readonly kind: 'square'; readonly seconds: number; readonly periodMs: number }

/** The load went on or off at a time on the clock of this process, in ms. */
export interface Edge {
  readonly on: boolean
  readonly timeMs: number
}

/** Something that was started for a step, with the nvidia-smi that shows its card. */
export interface Stage {
  readonly nvidiaSmi: string | undefined
  /** Ends what was started. May be called again. */
  close(): Promise<void>
}

/** A card that can be loaded without a server. */
export interface LoadStage extends Stage {
  /** Whether the card has an energy counter that NVML could read; a simulated one has none. */
  readonly hasCounter: boolean
  /** Plays a pattern; resolves when it has ended. Throws `environment` where the load cannot be made. */
  play(pattern: LoadPattern, onEdge: (edge: Edge) => void, signal: AbortSignal): Promise<void>
}

/** A server that streams text. */
export interface ServerStage extends Stage {
  readonly endpoint: string
  /** Key of the catalogue, or the served name. */
  readonly model: string
  /** Lengths of prompts and answers in tokens that suit it. */
  readonly tokens: { readonly prompt: number; readonly output: number }
  /** One line for the page. */
  readonly note: string
}

/** A training command, as the scenario that runs it. */
export interface TrainingStage extends Stage {
  readonly file: PlainScenarioFile
}

/** Where load, text server and training come from: programs in Python on a card, or the simulator. */
export interface ProofMachine {
  openLoad(): Promise<LoadStage>
  /** `signal` ends the start of the server, not the server. */
  openServer(signal: AbortSignal): Promise<ServerStage>
  openTraining(lengths: ProofLengths): Promise<TrainingStage>
}
