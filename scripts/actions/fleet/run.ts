import { resolve } from 'node:path'
import { systemClock } from '../../../harness/clock.ts'
import { exitCodes } from '../../../harness/errors.ts'
import { knownBoxes } from '../../../harness/fleet/known-boxes.ts'
import { campaignId } from '../../../harness/fleet/plan.ts'
import { loadFleet } from '../../../harness/scenario/fleet/load-fleet.ts'
import { planText } from '../../fleet/plan-text.ts'
import type { CommandIo } from '../../support/io.ts'
import { engineOf } from './engine-of.ts'

/** Flags of `fleet run`. */
export interface FleetRunFlags {
  readonly out?: string
}

/** Shows the plan of a fleet. */
export async function fleetRun(path: string, flags: FleetRunFlags, io: CommandIo): Promise<number> {
  const fleet = await loadFleet(path, io.env)
  const engine = await engineOf(fleet, io.env)
  const place = {
    id: campaignId(fleet.name, systemClock.wall()),
    out: resolve(flags.out ?? `results/fleet-${fleet.name}`),
  }
  const boxes = await knownBoxes(fleet, engine, new AbortController().signal)
  io.stdout(planText(fleet, boxes, place, io))
  return exitCodes.done
}
