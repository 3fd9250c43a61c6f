import { sloShareOfRun } from '../../harness/operating/sweep/point-of-run.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { loadOf, type Workload } from '../answer/workloads.ts'
import type { CardColumn, Selection } from '../tables/selection.ts'
import { sloText } from '../tables/slo-text.ts'

/** Share of the requests within the SLO from which on a load counts as served. */
const SERVED_SHARE = 0.95

/** The highest load of a sweep that a card serves within its SLO. */
export interface Reached {
  readonly run: RunRecord
  /** Requests per second, or users at once. */
  readonly load: number
  /** Requests within the SLO; null where the scenario has none. */
  readonly share: number | null
  /** Whether no higher load was tried on this card. */
  readonly isHighestTried: boolean
}

/** Whether a card ran a workload at any of its loads, within the SLO or not. */
export const ranAt = ({ rows }: Workload, card: CardColumn, { runOf }: Selection): boolean =>
  rows.some(({ name }) => {
    const run = runOf(name, card.key)
    return run !== null && run.oom === undefined
  })

/** The highest load of a workload that a card serves; null where it serves none of those that were tried. */
export function reachedOf({ rows }: Workload, card: CardColumn, selection: Selection): Reached | null {
  const tried = rows.flatMap(({ name }) => selection.runOf(name, card.key) ?? []).filter(({ oom }) => oom === undefined)
  const points = tried.map((run) => ({
    run,
    load: loadOf(run).load,
    share: sloText(run) === null ? null : (sloShareOfRun(run)?.mean ?? 0),
  }))
  const served = points.filter(({ share }) => share === null || share >= SERVED_SHARE)
  const best = served.toSorted((a, b) => b.load - a.load)[0]
  if (best === undefined) return null
  return { ...best, isHighestTried: points.every(({ load }) => load <= best.load) }
}

/** A load in words: `1.2 requests/s`, `100 users`, `32 streams`. */
export const loadText = ({ run, load, isHighestTried }: Reached): string =>
  `${isHighestTried ? 'at least ' : ''}${Number(load.toPrecision(3))} ${loadOf(run).unit}`
