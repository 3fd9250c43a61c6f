import { servingUuids } from '../../../harness/physics/serving-gpus.ts'
import type { GpuRow } from '../../../harness/record/rows.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { meanSlices, type Reading } from '../../charts/slices.ts'

/** Power and temperature of one card during one run, reduced; times are milliseconds since the Unix epoch. */
export interface CardSeries {
  readonly uuid: string
  readonly powerW: readonly (readonly [atMs: number, value: number])[]
  readonly temperatureC: readonly (readonly [atMs: number, value: number])[]
}

/** A run is drawn with about one point in this time. */
const SLICE_S = 10
/** And with no more points than this, so that a night of any length stays a small page. */
const MOST_SLICES = 60

/** The samples of a run on the cards that served it; other cards of the server have runs of their own. */
export function cardSeries(record: RunRecord, rows: readonly GpuRow[]): CardSeries[] {
  return servingUuids(record.gpus).map((uuid) => {
    const own = rows.filter((row) => row.uuid === uuid)
    return {
      uuid,
      powerW: reduced(record, own, ({ powerW }) => powerW),
      temperatureC: reduced(record, own, ({ temperatureC }) => temperatureC),
    }
  })
}

function reduced(record: RunRecord, rows: readonly GpuRow[], of: (row: GpuRow) => number | null): [number, number][] {
  const readings = rows.flatMap((row): Reading[] => {
    const value = of(row)
    return value === null || row.timeMs < 0 ? [] : [{ atS: row.timeMs / 1000, value }]
  })
  const endS = Math.max(0, ...readings.map(({ atS }) => atS)) + 0.001
  const count = Math.max(1, Math.min(MOST_SLICES, Math.ceil(endS / SLICE_S)))
  return meanSlices(readings, endS, count, Number.POSITIVE_INFINITY).flatMap(([atS, value]) =>
    value === null ? [] : [[record.clock.originMs + atS * 1000, value] as [number, number]],
  )
}
