import type { CardLoad } from '../../energy/card-loads.ts'
import { servingUuids } from '../../physics/serving-gpus.ts'
import type { CardsSnapshot, GpuTelemetry } from '../../record/schema/telemetry.ts'
import { type GateInput, type GateResult, notMeasured } from '../gate.ts'

/** The telemetry that gates read, from before the run to after it. */

/** The reason of gates that require telemetry, if there is none. */
export const notWatched = ({ gpusReason }: Pick<GateInput, 'gpusReason'>): GateResult<'not-measured'> =>
  notMeasured(gpusReason ?? 'the cards were not monitored to the end of the run')

/** Health of the serving GPUs at one moment. */
export const servingHealth = ({ gpus }: GateInput, { health }: CardsSnapshot): CardsSnapshot['health'] => {
  const uuids = servingUuids(gpus)
  return health.filter(({ uuid }) => uuids.includes(uuid))
}

/** State of the cards in the steady window of each trial that has one. */
export const windowsOf = (telemetry: GpuTelemetry) =>
  telemetry.trials.flatMap(({ window }) => ('reason' in window ? [] : [window]))

/** Load of each serving card in the steady window of each trial; null in an early record, which does not have it. */
export function cardLoadsOf(telemetry: GpuTelemetry): CardLoad[] | null {
  const windows = windowsOf(telemetry)
  return windows.some(({ cards }) => cards === undefined) ? null : windows.flatMap(({ cards }) => cards ?? [])
}

/** Lowest share of a window that samples of a serving card cover, over all windows; 1 in a record without loads. */
export const leastCoverage = (telemetry: GpuTelemetry): number =>
  Math.min(1, ...(cardLoadsOf(telemetry) ?? []).map(({ coverage }) => coverage))
