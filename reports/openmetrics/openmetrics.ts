import type { RunRecord } from '../../harness/record/schema/run.ts'
import { toolVersion } from '../../harness/version.ts'
import type { FleetComparison } from '../fleet/fleet-comparison.ts'
import type { FleetStanding } from '../fleet/standing/standing.ts'
import { expositionText, type Family } from './exposition.ts'
import { heads } from './heads.ts'
import { runFamilies } from './run-families.ts'
import { runSets } from './run-sets.ts'
import { baselineFamilies, siblingFamilies } from './verdict-families.ts'

/** What a page of metrics is made from. */
export interface MetricsInput {
  readonly records: readonly RunRecord[]
  /** Units beside their siblings: `fleetStanding` of the same records. Null: no verdict of that kind is on the page. */
  readonly standing: FleetStanding | null
  /** Units against their baselines: `againstBaselines`. Null: none is known. */
  readonly comparison: FleetComparison | null
  /** Runs that could not be read. */
  readonly unreadable?: number
  /** Sets of which no run is among the records, because there are too many to read. */
  readonly setsNotRead?: number
}

/**
 * Runs as a page of metrics for Prometheus: the newest ended run of every host, GPU, scenario and setting, with its figures in
 * base units, intervals, gates and verdicts. A value that is not known has no series. Valid OpenMetrics, and valid input of
 * the textfile collector of node_exporter. Pure.
 */
export function openMetrics({ records, standing, comparison, unreadable = 0, setsNotRead = 0 }: MetricsInput): string {
  const { sets, omitted } = runSets(records)
  const single = (head: (typeof heads)[keyof typeof heads], value: number, labels = {}): Family => ({
    ...head,
    series: [{ labels, value }],
  })
  return expositionText([
    single(heads.buildInfo, 1, { version: toolVersion }),
    single(heads.exported, sets.length),
    single(heads.omitted, omitted + setsNotRead),
    single(heads.unreadable, unreadable),
    ...runFamilies(sets),
    ...(comparison === null ? [] : baselineFamilies(sets, comparison)),
    ...(standing === null ? [] : siblingFamilies(sets, standing)),
  ])
}
