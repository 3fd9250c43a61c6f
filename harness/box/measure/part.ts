import type { PlannedLane, PlannedPart, PlannedStage } from '../plan/box-plan.ts'
import { type Calibrated, calibrations } from './calibrations.ts'
import { playRun, type Standing } from './lane.ts'
import type { Night } from './night.ts'
import { serverOf } from './pending.ts'

/** What the parts of a stage share. */
export interface PartPlace {
  readonly at: { readonly stage: number; readonly part: number }
  readonly standings: ReadonlyMap<string, Standing>
  readonly calibrated: Calibrated
}

/**
 * The lanes of a part at the same time, run by run: the next runs begin when all lanes are done with theirs. So the cards have
 * the same load at the same time, which is what they are held against each other for, and what asks most of a power supply.
 */
export async function playPart(stage: PlannedStage, part: PlannedPart, place: PartPlace, night: Night): Promise<void> {
  const most = Math.max(0, ...part.lanes.map(({ runs }) => runs.length))
  for (let index = 0; index < most && !night.stops.aborted; index += 1) {
    await playRow(stage, part, { ...place, index }, night)
  }
}

/** One run of each lane, after the client was calibrated for what all of them send at once. */
async function playRow(
  stage: PlannedStage,
  part: PlannedPart,
  { at, standings, calibrated, index }: PartPlace & { readonly index: number },
  night: Night,
): Promise<void> {
  const row = part.lanes.flatMap((lane, laneIndex) => {
    const standing = standings.get(lane.server)
    const run = lane.runs[index]
    return standing === undefined || run === undefined ? [] : [{ lane, laneIndex, run, standing }]
  })
  const alive = row.filter(({ standing }) => !standing.lost.aborted)
  const certificates = await calibrations(
    alive.map(({ run }) => run),
    calibrated,
    night,
  )
  const underLoad = alive.flatMap(({ lane }) => cardsOf(stage, lane))
  await allOf(
    row.map(({ lane, laneIndex, run, standing }) => {
      const certificate = certificates[alive.findIndex((each) => each.lane === lane)] ?? null
      const shared = { underLoad, lanes: alive.length, certificate, at: { ...at, lane: laneIndex, run: index } }
      return playRun({ stage, part, lane, run, standing, ...shared }, night)
    }),
  )
}

const cardsOf = (stage: PlannedStage, lane: PlannedLane): string[] =>
  serverOf(stage, lane).cards.map(({ uuid }) => uuid)

/** Waits for all of them, also where one fails: no lane goes on without its servers. Throws the first error. */
export async function allOf(works: readonly Promise<void>[]): Promise<void> {
  for (const settled of await Promise.allSettled(works)) if (settled.status === 'rejected') throw settled.reason
}
