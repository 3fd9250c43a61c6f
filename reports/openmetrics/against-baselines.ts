import type { RunRecord } from '../../harness/record/schema/run.ts'
import { unitOf } from '../fleet/boxes.ts'
import { compareFleet, type FleetComparison } from '../fleet/fleet-comparison.ts'
import { columnOf } from '../fleet/matrix.ts'
import { newestStarts } from '../fleet/standing/standing.ts'

/**
 * The newest starts of every unit against the runs of its baseline, in the scenarios that have one: the verdict of `fleet
 * compare`. Only runs after the last of a baseline count. Null where nothing was measured after a baseline. Pure.
 */
export function againstBaselines(
  records: readonly RunRecord[],
  baseline: readonly RunRecord[],
): FleetComparison | null {
  const placeOf = (run: RunRecord) => `${unitOf(run)} ${columnOf(run).id}`
  const last = new Map<string, string>()
  for (const run of baseline) {
    const before = last.get(placeOf(run))
    if (before === undefined || before < run.startedAt) last.set(placeOf(run), run.startedAt)
  }
  const later = records.filter((run) => run.startedAt > (last.get(placeOf(run)) ?? '~'))
  const candidates = newestStarts(later)
  if (candidates.length === 0) return null
  const measured = new Set(candidates.map(placeOf))
  return compareFleet(
    baseline.filter((run) => measured.has(placeOf(run))),
    candidates,
    {},
  )
}
