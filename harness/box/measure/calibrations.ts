import { messageOf } from '../../errors.ts'
import type { PlannedRun } from '../plan/box-plan.ts'
import type { Night } from './night.ts'
import type { RunPlace } from './tools.ts'

/** A calibration, or why it failed. */
export type Certificate = RunPlace['certificate'] | Error
/** Calibrations of one run by itself, by the hash of its scenario: they hold for one card after the other. */
export type Calibrated = Map<string, Certificate>

/**
 * The calibrations of the client for runs that begin at the same time, in their order. They are made before, at the same time
 * too: within the runs they would disturb the others.
 */
export async function calibrations(
  runs: readonly PlannedRun[],
  calibrated: Calibrated,
  night: Night,
): Promise<Certificate[]> {
  const isSingle = runs.length === 1
  return Promise.all(
    runs.map(async (run) => {
      const known = isSingle ? calibrated.get(run.sha256) : undefined
      const certificate = known === undefined ? await calibration(run, runs.length, night) : known
      if (isSingle && !(certificate instanceof Error)) calibrated.set(run.sha256, certificate)
      return certificate
    }),
  )
}

/** One calibration, or why it failed. */
const calibration = (run: PlannedRun, lanes: number, { tools }: Night): Promise<Certificate> =>
  tools.calibrate(run, lanes).catch((error: unknown) => new Error(messageOf(error)))
