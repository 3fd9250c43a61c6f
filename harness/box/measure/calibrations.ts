import { messageOf } from '../../errors.ts'
import type { PlannedLane, PlannedRun } from '../plan/box-plan.ts'
import type { LanePlace } from './lane.ts'
import type { Night } from './night.ts'
import type { RunPlace } from './tools.ts'

/** A calibration, or why it failed. */
type Certificate = RunPlace['certificate'] | Error
/** Calibrations of one run by itself, by the hash of its scenario: they hold for one card after the other. */
export type Calibrated = Map<string, Certificate>

/**
 * The calibrations of the client for the runs of a part, before its load: within it they would disturb the other lanes. What
 * the lanes send at the same time is calibrated at the same time.
 */
export async function calibrations(
  lanes: readonly PlannedLane[],
  calibrated: Calibrated,
  night: Night,
): Promise<ReadonlyMap<PlannedLane, LanePlace['certificates']>> {
  const made = new Map(lanes.map((lane) => [lane, new Map<PlannedRun, Certificate>()]))
  const most = Math.max(0, ...lanes.map(({ runs }) => runs.length))
  for (let index = 0; index < most && !night.stops.aborted; index += 1) {
    const row = lanes.flatMap((lane) => lane.runs.slice(index, index + 1).map((run) => ({ lane, run })))
    const isSingle = row.length === 1
    await Promise.all(
      row.map(async ({ lane, run }) => {
        const known = isSingle ? calibrated.get(run.sha256) : undefined
        const certificate = known === undefined ? await calibration(run, row.length, night) : known
        if (isSingle && !(certificate instanceof Error)) calibrated.set(run.sha256, certificate)
        made.get(lane)?.set(run, certificate)
      }),
    )
  }
  return made
}

/** One calibration, or why it failed. */
const calibration = (run: PlannedRun, lanes: number, { tools }: Night): Promise<Certificate> =>
  tools.calibrate(run, lanes).catch((error: unknown) => new Error(messageOf(error)))
