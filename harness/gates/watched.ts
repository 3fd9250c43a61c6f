import { servingUuids } from '../physics/serving-gpus.ts'
import type { CardSight, GpuTelemetry } from '../record/schema/telemetry.ts'
import { type GateInput, type GateResult, notMeasured } from './gate.ts'

/** What gates read of the cards, which were watched from before the run to after it. */

/** For gates that need the cards to have been watched: why they were not. */
export const notWatched = ({ gpusReason }: GateInput): GateResult<'not-measured'> =>
  notMeasured(gpusReason ?? 'the cards were not watched to the end of the run')

/** Health of the serving GPUs at one moment. */
export const servingHealth = ({ gpus }: GateInput, { health }: CardSight): CardSight['health'] => {
  const uuids = servingUuids(gpus)
  return health.filter(({ uuid }) => uuids.includes(uuid))
}

/** How the cards fared in the steady window of each trial that has one. */
export const windowsOf = (telemetry: GpuTelemetry) =>
  telemetry.trials.flatMap(({ window }) => ('reason' in window ? [] : [window]))
