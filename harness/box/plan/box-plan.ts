import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import type { LaunchPlan } from '../../endpoint/serve/launch-plan.ts'
import type { Scenario, ScenarioFile } from '../../scenario/schema.ts'

/** One GPU of the box. */
export interface BoxCard {
  readonly index: number
  readonly uuid: string
  readonly entry: CardEntry
}

/** One scenario that is measured on a server. A search for the highest rate is one too: it leaves several records. */
export interface PlannedRun {
  readonly name: string
  readonly file: ScenarioFile
  readonly scenario: Scenario
  /** Hash of the file, so that a resumed run detects a changed scenario. */
  readonly sha256: string
  /** At most, from its start on a running server to the end of the last trial. */
  readonly minutes: number
  /** Most trials within the time of the night; absent: as many as its `certainty` allows. */
  readonly mostTrials?: number
}

/** What connects the cards of one server: the slowest path between two of them, or why it is not known. */
export type CardLink =
  | { readonly path: string /** In words, such as `NVLink (4 links)`. */; readonly name: string }
  | { readonly reason: string }

/** One start of one server (or, for training, one container that runs a command), bound to cards by UUID. */
export interface PlannedServer {
  /** Stable over `--resume`: a hash of the command of the server and of its cards. */
  readonly id: string
  readonly cards: readonly BoxCard[]
  /** Port and container name are unique within a stage. */
  readonly launch: LaunchPlan
  /** Of a server over several cards. */
  readonly link?: CardLink
  /** From `docker run` to the first answer; without downloads. */
  readonly startMinutes: number
}

/**
 * alone: one card under load, the others idle (their servers may be up without requests). together: all cards under load
 * at once. joined: one model over several cards.
 */
export type PartKind = 'alone' | 'together' | 'joined'

/** The runs of one server in a part, one after another. */
export interface PlannedLane {
  /** Id of the server. */
  readonly server: string
  readonly runs: readonly PlannedRun[]
}

/** Lanes run at the same time, the runs of a lane one after another. */
export interface PlannedPart {
  readonly kind: PartKind
  readonly lanes: readonly PlannedLane[]
}

/** Servers that are up together, and what is measured on them, in order. */
export interface PlannedStage {
  readonly start: { readonly number: number; readonly of: number }
  readonly servers: readonly PlannedServer[]
  readonly parts: readonly PlannedPart[]
}

/** The load of one card in a soak: its server, and what runs on it round after round. */
export interface SoakLane {
  readonly card: BoxCard
  readonly server: PlannedServer
  readonly run: PlannedRun
}

/** All cards under full load at once, in rounds, for some hours of load. */
export interface PlannedSoak {
  readonly hours: number
  readonly roundSeconds: number
  readonly rounds: number
  /** Empty where no card can serve its model. */
  readonly lanes: readonly SoakLane[]
}

/** What a box measures, in order, and what it does not. */
export interface BoxPlan {
  readonly cards: readonly BoxCard[]
  readonly stages: readonly PlannedStage[]
  /** All cards, which are measured alone with the links between them before the first server; absent on one card. */
  readonly probe?: PlannedServer
  /** After everything else; absent unless it was asked for. */
  readonly soak?: PlannedSoak
  /** What does not run, each with its reason. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[]
  /** Weights and images, each once. */
  readonly downloads: readonly {
    readonly what: string
    readonly repository: string | null
    readonly bytes: number | null
  }[]
}
