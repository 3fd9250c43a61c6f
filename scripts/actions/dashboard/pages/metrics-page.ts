import type { Store } from '../../../../harness/store/db/open.ts'
import { newestRuns } from '../../../../harness/store/view/records.ts'
import { fleetStanding } from '../../../../reports/fleet/standing/standing.ts'
import { againstBaselines } from '../../../../reports/openmetrics/against-baselines.ts'
import { openMetrics } from '../../../../reports/openmetrics/openmetrics.ts'
import { MOST_SETS } from '../../../../reports/openmetrics/run-sets.ts'
import type { RunSource } from '../run-source.ts'
import { notRedacted } from './ask.ts'

/** Runs of each unit in each scenario: the newest is shown, and three starts are judged. */
const PER_CELL = 4
/** As many as the sets that a page can have are made of. */
const PORTION = { perCell: PER_CELL, most: PER_CELL * MOST_SETS }

/** The page of metrics: the newest runs of every unit, with the verdicts against siblings and, of folders, against baselines. */
export async function metricsText(store: Store, reader: RunSource): Promise<string> {
  const query = { conditions: [notRedacted], last: null }
  const { runs, unreadable, cellsNotRead } = await newestRuns(store, query, PORTION)
  const records = runs.map(({ record }) => record)
  return openMetrics({
    records,
    standing: fleetStanding(records),
    comparison: againstBaselines(records, await reader.baselines()),
    setsNotRead: cellsNotRead,
    unreadable: unreadable.length + (await reader.refused(store)).length,
  })
}
