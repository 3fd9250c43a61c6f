import type { RunRecord } from '../../harness/record/schema/run.ts'
import { sweptName } from '../../harness/scenario/expand.ts'
import { counted } from '../../harness/units.ts'
import { commonTitle } from '../tables/alike-loads.ts'
import type { ScenarioRow, Selection } from '../tables/selection.ts'
import { joinedAnd } from './phrases.ts'

/** A workload of a report: one scenario, or all loads of a sweep. */
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
    return { id, title: isSwept({ id, rows }) ? commonTitle(runs) : rows[0]!.title, rows }
  })
}

/** Whether a workload was measured at several loads, or searched for the highest one. */
export const isSwept = ({ id, rows }: Pick<Workload, 'id' | 'rows'>): boolean => rows.length > 1 || rows[0]!.name !== id

/** What the rows of a report are: the loads of its only workload, or workloads. */
export const rowNoun = (selection: Selection): 'workload' | 'load' =>
  selection.scenarios.length > 1 && workloadsOf(selection).length === 1 ? 'load' : 'workload'

/** How many workloads the tables list: each load of a sweep is one of them. */
export const countOf = (workloads: readonly Workload[]): number =>
  workloads.reduce((sum, { rows }) => sum + rows.length, 0)

/** A workload with its loads, where it has several: `A at 1, 8 and 32 streams`. */
export function workloadText({ title, rows }: Workload): string {
  if (rows.length < 2) return title
  const loads = rows.map(({ sample }) => loadOf(sample))
  const units = new Set(loads.map(({ unit }) => unit))
  if (units.size > 1) return `${title} at ${counted(rows.length, 'load')}`
  return `${title} at ${joinedAnd(loads.map(({ load }) => String(Number(load.toPrecision(3)))))} ${[...units][0]}`
}

/** The load of a run, and what it counts. */
export function loadOf({ scenario: { load } }: RunRecord): { readonly load: number; readonly unit: string } {
  if (load.shape === 'open') return { load: load.ratePerS, unit: 'requests/s' }
  if (load.shape === 'trace') return { load: load.speed, unit: 'times its speed' }
  return { load: load.concurrency, unit: 'session' in load && load.session !== undefined ? 'users' : 'streams' }
}
