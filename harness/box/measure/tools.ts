import type { LaunchPlan } from '../../endpoint/serve/launch-plan.ts'
import type { CommandPlan } from '../../endpoint/serve/plan.ts'
import type { CardProbe } from '../../record/schema/card-probe.ts'
import type { RunRecord } from '../../record/schema/run.ts'
import type { ServerStart } from '../../record/schema/server.ts'
import type { FinishedRun } from '../../run/run.ts'
import type { PartKind, PlannedRun, PlannedServer } from '../plan/box-plan.ts'
import type { MinutesLeft } from './time-left.ts'

/** A server that answers. */
export interface UpServer {
  readonly url: string
  /** What a record says of its start besides its number: command, engine, image, phases; absent: the command of the plan. */
  readonly record?: Omit<ServerStart, 'number' | 'of'> | undefined
  /** Resolves with the reason when the server has ended, also when it was stopped. */
  readonly ended: Promise<string>
  /** Removes its container; may be called twice. */
  stop(): Promise<void>
}

/** Where and beside what a run is made. */
export interface RunPlace {
  readonly server: PlannedServer
  /** Address of the server; null where the container runs a command. */
  readonly url: string | null
  readonly part: PartKind
  /** UUIDs of the cards that are loaded in this part at the same time, those of this run included. */
  readonly underLoad: readonly string[]
  /** Loads that run at the same time, this one included: they share the processors of the client. */
  readonly lanes: number
  readonly serverStart: ServerStart
  /** What the card did alone; only for the first run of a card. */
  readonly cardProbe?: CardProbe
  /** The calibration of the client, made just before. */
  readonly certificate: RunRecord['certificate']
  /** Minutes that are left of the run, its stage and the plan, by what was seen so far; absent outside a plan. */
  readonly minutesLeft?: () => MinutesLeft
  /** Ends the run in good order: an interrupt, the end of its server, a full disk. */
  readonly drain: AbortSignal
}

/** What a run left behind: its records, also those of a search that failed later, and why it failed; null if it did not. */
export interface RunEnd {
  readonly finished: readonly FinishedRun[]
  readonly error: unknown
}

/** Whether a container runs a command (training) instead of a server. */
export const isCommand = (launch: LaunchPlan): launch is CommandPlan => launch.kind === 'command'

/** The side effects of measuring a box. */
export interface MeasureTools {
  /** Starts a server and waits until it answers. Throws `StartError` with the cause, or `environment`. */
  serve(server: PlannedServer): Promise<UpServer>
  /** Measures the cards of a server with the torch of its image, before it is started. Never rejects. */
  probe(server: PlannedServer): Promise<CardProbe>
  /** Calibrates the client for a run, while as many others do the same. Null where there is nothing to calibrate. */
  calibrate(run: PlannedRun, lanes: number): Promise<RunRecord['certificate']>
  run(run: PlannedRun, place: RunPlace): Promise<RunEnd>
  say(line: string): void
  nowMs(): number
  /** Once aborted, nothing further is started. */
  readonly signal: AbortSignal
}
