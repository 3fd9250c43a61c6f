import { sloShareOfRun } from '../../harness/operating/sweep/point-of-run.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { sweptName } from '../../harness/scenario/expand.ts'
import { commonTitle } from '../tables/alike-loads.ts'
import type { CardColumn, ScenarioRow, Selection } from '../tables/selection.ts'
import { sloText } from '../tables/slo-text.ts'

/** A workload of the page: one scenario, or all loads of a sweep. */
export interface Workload {
  readonly id: string
  readonly title: string
  /** From the lowest load to the highest; one for most. */
  readonly rows: readonly ScenarioRow[]
}

/** The workloads of a selection in its order: the loads of one sweep are one of them. */
export function workloadsOf({ scenarios, cards, runOf }: Selection): Workload[] {
  return [...Map.groupBy(scenarios, ({ name }) => sweptName(name))].map(([id, rows]) => {
    const runs = rows.flatMap(({ name }) => cards.flatMap(({ key }) => runOf(name, key) ?? []))
    const isSwept = rows.length > 1 || rows[0]!.name !== id
    return { id, title: isSwept ? commonTitle(runs) : rows[0]!.title, rows }
  })
}

/** Whether a workload was measured at several loads, or searched for the highest one. */
export const isSwept = ({ id, rows }: Workload): boolean => rows.length > 1 || rows[0]!.name !== id

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
    load: loadOf(run),
    share: sloText(run) === null ? null : (sloShareOfRun(run)?.mean ?? 0),
  }))
  const served = points.filter(({ share }) => share === null || share >= SERVED_SHARE)
  const best = served.toSorted((a, b) => b.load - a.load)[0]
  if (best === undefined) return null
  return { ...best, isHighestTried: points.every(({ load }) => load <= best.load) }
}

const loadOf = ({ scenario: { load } }: RunRecord): number =>
  load.shape === 'open' ? load.ratePerS : load.shape === 'closed' ? load.concurrency : load.speed

/** A load in words: `1.2 requests/s`, `100 users`, `32 streams`. */
export function loadText({ run, load, isHighestTried }: Reached): string {
  const { shape } = run.scenario.load
  const hasUsers = shape === 'closed' && 'session' in run.scenario.load && run.scenario.load.session !== undefined
  const unit = shape === 'open' ? 'requests/s' : hasUsers ? 'users' : 'streams'
  return `${isHighestTried ? 'at least ' : ''}${Number(load.toPrecision(3))} ${unit}`
}
