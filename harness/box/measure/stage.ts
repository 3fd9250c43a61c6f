import { JoulemarkError } from '../../errors.ts'
import type { PlannedServer, PlannedStage } from '../plan/box-plan.ts'
import { startsFirstAlone } from '../plan/plan-minutes.ts'
import type { Calibrated } from './calibrations.ts'
import type { Standing } from './lane.ts'
import type { Night } from './night.ts'
import { allOf, playPart } from './part.ts'
import { stepName } from './pending.ts'
import { sharedCause } from './start-reach.ts'
import { isCommand, type UpServer } from './tools.ts'

/**
 * Starts the servers of a stage, plays its parts, and stops the servers on every way out. A server that does not start, or is
 * lost, fails its own lanes only.
 */
export async function playStage(stage: PlannedStage, at: number, night: Night): Promise<void> {
  const standings = new Map<string, Standing>()
  const calibrated: Calibrated = new Map()
  try {
    await startServers(stage, at, standings, night)
    for (const [index, part] of stage.parts.entries()) {
      if (night.stops.aborted) break
      await playPart(stage, part, { at: { stage: at, part: index }, standings, calibrated }, night)
    }
  } finally {
    await Promise.all([...standings.values()].map(({ up }) => up?.stop()))
  }
}

/** Starts the servers of a stage side by side, after the first one where it starts alone (plan-minutes.ts). */
async function startServers(
  stage: PlannedStage,
  at: number,
  standings: Map<string, Standing>,
  night: Night,
): Promise<void> {
  const start = async (server: PlannedServer) => {
    const standing = await startServer(server, at, night)
    if (standing !== null) standings.set(server.id, standing)
    else skipLanes(stage, server, night)
  }
  const first = startsFirstAlone(stage) ? stage.servers.slice(0, 1) : []
  await allOf(first.map(start))
  await allOf(stage.servers.slice(first.length).map(start))
}

/** A server that is up, or the reason why it is not; null where it was not tried, because others failed for a shared cause. */
async function startServer(server: PlannedServer, at: number, night: Night): Promise<Standing | null> {
  const { tools } = night
  const item = night.left.startOf(at, server.id)
  if (night.stops.aborted) return { up: null, lost: AbortSignal.abort(new Error('interrupted')) }
  if (night.causes.some((cause) => cause.hits(server))) {
    night.left.end(item, false)
    return null
  }
  if (isCommand(server.launch)) return { up: null, lost: new AbortController().signal }
  const name = `${night.cardsOf(server)}server of ${server.launch.model}`
  night.left.begin(item)
  night.sayLeft(`${name}: starting`, at)
  try {
    const up = await tools.serve(server)
    night.left.end(item, true)
    return { up, lost: lossOf(up) }
  } catch (error) {
    night.left.end(item, false)
    const cause = sharedCause(error, server)
    if (cause !== null) night.causes.push(cause)
    return { up: null, lost: AbortSignal.abort(error) }
  }
}

/** Aborted when the server ends. It ends when it is stopped too, after its last run. */
function lossOf({ ended }: UpServer): AbortSignal {
  const lost = new AbortController()
  void ended.then((reason) => lost.abort(new JoulemarkError('environment', reason)))
  return lost.signal
}

/** Every run on a server that is not tried, with the reason why. */
function skipLanes(stage: PlannedStage, server: PlannedServer, night: Night): void {
  const reason = night.causes.find((cause) => cause.hits(server))?.reason ?? 'not tried'
  for (const part of stage.parts) {
    for (const { runs } of part.lanes.filter((lane) => lane.server === server.id)) {
      for (const run of runs) {
        const step = { ...stepName(stage, part, server, run), outcome: 'left-out' as const, runs: [], reason }
        night.keep(night.nameOf(stage, part, server, run), step)
      }
    }
  }
}
