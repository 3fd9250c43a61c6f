import { messageOf } from '../../errors.ts'
import { DiskError } from '../../record/disk/disk-error.ts'
import type { PlannedLane, PlannedPart, PlannedRun, PlannedServer, PlannedStage } from '../plan/box-plan.ts'
import type { BoxStep } from '../state.ts'
import type { Certificate } from './calibrations.ts'
import type { Night } from './night.ts'
import { serverOf, stepName } from './pending.ts'
import type { RunPlace, UpServer } from './tools.ts'

/** A server of a stage that is up, or what became of it. */
export interface Standing {
  /** Null where it never came up, or runs a command and needs no server. */
  readonly up: UpServer | null
  /** Aborted with the reason once the server is lost. */
  readonly lost: AbortSignal
}

/** One run of a lane, with what it shares with those at the same time. */
export interface LanePlace {
  readonly stage: PlannedStage
  readonly part: PlannedPart
  readonly lane: PlannedLane
  readonly run: PlannedRun
  readonly standing: Standing
  readonly underLoad: readonly string[]
  readonly lanes: number
  readonly certificate: Certificate
  /** Place of the run in the plan, for the time that is left. */
  readonly at: { readonly stage: number; readonly part: number; readonly lane: number; readonly run: number }
}

/**
 * One run and its step in the state. One that fails ends neither its lane nor the others; a server that is lost fails the rest
 * of its lane. What is interrupted has no step: a resumed night starts it again.
 */
export async function playRun(place: LanePlace, night: Night): Promise<void> {
  const { stage, part, lane, run, at } = place
  if (night.stops.aborted) return
  const server = serverOf(stage, lane)
  const item = night.left.runOf(at.stage, at.part, at.lane, at.run)
  night.left.begin(item)
  const name = night.nameOf(stage, part, server, run)
  night.sayLeft(name, at.stage, item)
  const outcome = await outcomeOf(server, place, night)
  night.left.end(item, outcome.outcome === 'done')
  if (outcome.outcome === 'done') night.dropProbe(server)
  if (night.stops.aborted && outcome.outcome !== 'done') return
  night.keep(name, { ...stepName(stage, part, server, run), ...outcome })
}

type Outcome = Pick<BoxStep, 'outcome' | 'runs' | 'reason' | 'failedIn'>

const failed = (reason: string, runs: string[] = []): Outcome => ({
  outcome: 'failed',
  runs,
  reason,
  failedIn: 'load',
})

async function outcomeOf(server: PlannedServer, place: LanePlace, night: Night): Promise<Outcome> {
  const { run, standing, certificate, stage, part, underLoad, lanes, at } = place
  const lost = () => lossOf(standing)
  if (standing.lost.aborted) return { ...failed(lost()), failedIn: standing.up === null ? 'start' : 'load' }
  if (certificate instanceof Error) return failed(messageOf(certificate))
  const { finished, error } = await night.tools.run(run, {
    server,
    url: standing.up?.url ?? null,
    part: part.kind,
    underLoad,
    lanes,
    serverStart: startOf(stage, server, standing),
    ...night.probeOf(server),
    certificate,
    minutesLeft: () => night.left.read(at.stage),
    drain: AbortSignal.any([night.stops, standing.lost]),
  })
  const runs = finished.map(({ directory }) => directory)
  if (error instanceof DiskError) {
    // no later run could be written either
    night.halt(error)
    return failed(messageOf(error), runs)
  }
  // the requests of a run whose server is gone fail in many ways: the end of the server is the reason
  if (standing.lost.aborted) return failed(lost(), runs)
  if (error !== null) return failed(messageOf(error), runs)
  const cut = finished.find(({ record }) => record.status !== 'complete')
  if (cut) return failed(`the status of ${cut.record.id} is ${cut.record.status}`, runs)
  return runs.length === 0 ? failed('it left no record') : { outcome: 'done', runs, reason: null }
}

/** What a record says of the start of its server. The command of a training is in the record itself, its image here. */
function startOf(
  { start }: PlannedStage,
  { launch: { serverCommand } }: PlannedServer,
  { up }: Standing,
): RunPlace['serverStart'] {
  if (up?.record !== undefined) return { ...start, ...up.record }
  // a training command of the user's own has no container
  return serverCommand.length === 0 ? { ...start } : { ...start, command: [...serverCommand] }
}

const lossOf = ({ lost }: Standing): string => messageOf(lost.reason)
