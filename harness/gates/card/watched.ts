import { servingUuids } from '../../physics/serving-gpus.ts'
import type { CardsSnapshot, GpuTelemetry } from '../../record/schema/telemetry.ts'
import { type GateInput, type GateResult, notMeasured } from '../gate.ts'

/** The telemetry that gates read, from before the run to after it. */

/** The reason of gates that require telemetry, if there is none. */
export const notWatched = ({ gpusReason }: GateInput): GateResult<'not-measured'> =>
  notMeasured(gpusReason ?? 'the cards were not monitored to the end of the run')

/** Health of the serving GPUs at one moment. */
export const servingHealth = ({ gpus }: GateInput, { health }: CardsSnapshot): CardsSnapshot['health'] => {
  const uuids = servingUuids(gpus)
  return health.filter(({ uuid }) => uuids.includes(uuid))
}

/** State of the cards in the steady window of each trial that has one. */
export const windowsOf = (telemetry: GpuTelemetry) =>
  telemetry.trials.flatMap(({ window }) => ('reason' in window ? [] : [window]))
