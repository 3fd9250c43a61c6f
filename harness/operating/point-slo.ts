import { mean } from 'simple-statistics'
import { isKnown, reasonOf } from '../record/measured.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { GOOD_SHARE } from '../scenario/load-schema.ts'

/** Whether a point meets the SLO of its scenario. */
export interface PointSlo {
  /** `met`: in every block; `missed`: in none; `unclear`: in some; `unknown`: with the reason. */
  readonly state: 'met' | 'missed' | 'unclear' | 'unknown'
  /** Share of the requests that met every limit, mean over the blocks; null if unknown. */
  readonly share: number | null
  readonly reason: string | null
}

const unknown = (reason: string): PointSlo => ({ state: 'unknown', share: null, reason })

/** Whether a point meets the SLO, from its runs, one per block: `GOOD_SHARE` of the requests due in the windows of each. */
export function pointSlo(scenario: RunRecord['scenario'], runs: readonly RunRecord[]): PointSlo {
  if (!('slo' in scenario) || scenario.slo === undefined) return unknown('the scenario states no SLO')
  if (scenario.kind !== 'text') return unknown(`runs of kind ${scenario.kind} keep no share of requests within the SLO`)
  if (runs.length === 0) return unknown('no run of this point counts')
  const ofRuns = runs.map(({ trials }) =>
    trials.map((trial) => (trial.kind === 'text' ? trial.sloShare : undefined) ?? null),
  )
  const all = ofRuns.flat()
  const gap = all.find((share) => share === null || !isKnown(share))
  if (gap !== undefined || all.length === 0) {
    return unknown((gap === undefined || gap === null ? null : reasonOf(gap)) ?? 'not in the records')
  }
  const shares = ofRuns.map((trials) => mean(trials.filter((share) => share !== null).filter(isKnown)))
  const met = shares.filter((share) => share >= GOOD_SHARE).length
  return {
    state: met === shares.length ? 'met' : met === 0 ? 'missed' : 'unclear',
    share: mean(shares),
    reason: null,
  }
}
