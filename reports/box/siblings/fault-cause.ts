import type { PartKind } from '../../../harness/record/schema/box.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { partOf } from '../result/evidence.ts'
import { cardState } from './card-state.ts'

/** Share of the samples from which a slowdown counts. */
const SLOWED = 0.05

/** The cause of a fault that a card reports in one part, by what its driver says of its clocks; null where it says nothing. */
export function faultCause(runs: readonly RunRecord[], part: PartKind): string | null {
  const state = (of: PartKind) => cardState(runs.filter((run) => partOf(run) === of))
  const { powerBrakeShare, heatShare, temperatureC } = state(part)
  if (powerBrakeShare !== null && powerBrakeShare > SLOWED) {
    const together =
      part === 'together' && (state('alone').powerBrakeShare ?? 0) <= SLOWED
        ? '; all cards together demand more than it gives'
        : ''
    return `the power supply: the power brake was active in ${percent(powerBrakeShare)} of the samples${together}`
  }
  if (heatShare === null || heatShare <= SLOWED) return null
  const heat = temperatureC === null ? '' : `, up to ${temperatureC.toFixed(0)} °C`
  return `cooling: slowed by heat in ${percent(heatShare)} of the samples${heat}`
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`
