import { gatesAgainst } from '../../harness/gates/quotable.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { settingText } from '../../harness/record/setting/operating-point.ts'
import { counted } from '../../harness/units.ts'
import { isSideBySide } from '../../harness/verdict/side-by-side.ts'
import { isUsable, type Pair, pairRuns } from '../compare/pair.ts'
import { type Unit, unitOf, unitsOf } from './boxes.ts'

/** A scenario as it was measured: alone, or with other cards of the server under load. */
export interface Column {
  readonly id: string
  readonly scenario: string
  readonly title: string
}

/** One unit in one column: what can be compared, or why nothing can. */
export type MatrixCell = { readonly unit: Unit; readonly column: Column } & (
  | { readonly kind: 'pair'; readonly pair: Pair }
  /** `pair` are its runs where it was measured on both sides, null where it was not. */
  | { readonly kind: 'not-judged'; readonly reason: string; readonly pair: Pair | null }
  /** Not asked of this unit on either side. */
  | { readonly kind: 'absent' }
)

/** Every unit in every column, none left out. */
export interface Matrix {
  readonly units: readonly Unit[]
  readonly columns: readonly Column[]
  readonly cells: readonly MatrixCell[]
}

/** What a run was measured at besides its scenario: a setting that was made on purpose, and other cards under load. */
export const conditionOf = (run: RunRecord): string =>
  [settingText(run) === null ? '' : ` at ${settingText(run)}`, isSideBySide(run) ? ' beside others' : ''].join('')

/** The column of a run. */
export function columnOf(run: RunRecord): Column {
  const condition = conditionOf(run)
  const { name, title } = run.scenario
  return {
    id: `${name}${condition}`,
    scenario: name,
    title: `${title}${condition.replace(' beside others', ', other cards under load')}`,
  }
}

/** The columns of these runs, in the order of their names. */
export function columnsOf(records: readonly RunRecord[]): Column[] {
  const byId = new Map(records.map((run) => [columnOf(run).id, columnOf(run)]))
  return [...byId.values()].toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))
}

/** Pairs two sides of runs of many boxes by the UUIDs of their GPUs; whatever has no partner is a cell with its reason. */
export function matrixOf(baseline: readonly RunRecord[], candidate: readonly RunRecord[]): Matrix {
  const all = [...baseline, ...candidate]
  const [units, columns] = [unitsOf(all), columnsOf(all)]
  const [before, after] = [Map.groupBy(baseline, unitOf), Map.groupBy(candidate, unitOf)]
  const cells = units.flatMap((unit) => {
    const sides = { baseline: before.get(unit.id) ?? [], candidate: after.get(unit.id) ?? [] }
    const { pairs } = pairRuns(sides.baseline, sides.candidate)
    const swapped = swapText(unit, units, { before, after })
    return columns.map((column): MatrixCell => {
      const pair = pairs.find((each) => columnOf(each.baseline[0]!).id === column.id)
      if (pair === undefined) {
        const reason = whyAlone(sides, column, swapped)
        return reason === null
          ? { unit, column, kind: 'absent' }
          : { unit, column, kind: 'not-judged', reason, pair: null }
      }
      const against = [
        ...pair.objections,
        ...failedGates('baseline', pair.baseline),
        ...failedGates('candidate', pair.candidate),
      ]
      return against.length > 0
        ? { unit, column, kind: 'not-judged', reason: against.join('; '), pair }
        : { unit, column, kind: 'pair', pair }
    })
  })
  return { units, columns, cells }
}

/** Required gates that failed in the runs of one side. */
function failedGates(side: string, runs: readonly RunRecord[]): string[] {
  const byGate = Map.groupBy(
    runs.flatMap((run) => gatesAgainst(run)),
    ({ id }) => id,
  )
  return [...byGate].map(
    ([gate, all]) => `the required gate ${gate} failed in ${counted(all.length, 'run')} of the ${side}`,
  )
}

/** Why a unit has no pair in a column; null where nobody asked for one. */
function whyAlone(
  sides: { readonly baseline: readonly RunRecord[]; readonly candidate: readonly RunRecord[] },
  column: Column,
  swapped: string,
): string | null {
  const of = (runs: readonly RunRecord[]) => runs.filter((run) => columnOf(run).id === column.id)
  const [before, after] = [of(sides.baseline), of(sides.candidate)]
  if (before.length + after.length === 0) return null
  if (before.length === 0) return `no baseline${swapped}`
  if (after.length === 0) return `lost: not measured after the change${swapped}`
  const [oldBad, newBad] = [before, after].map((runs) => (runs.some(isUsable) ? null : endOf(runs)))
  if (oldBad && newBad) return `no usable run: ${oldBad} before, ${newBad} after`
  if (oldBad) return `no usable baseline: ${oldBad}`
  return newBad ? `lost: ${newBad} after the change` : null
}

/** How runs without a result ended. */
export function endOf(runs: readonly RunRecord[]): string {
  const last = runs.at(-1)!
  const why = last.oom ? `out of memory: ${last.oom.evidence}` : last.failure
  const status = last.status === 'complete' ? 'complete without trials' : last.status
  return why === undefined ? status : `${status}, ${why}`
}

/** The other card of a host, where one left and one came. */
function swapText(
  unit: Unit,
  units: readonly Unit[],
  sides: { readonly before: ReadonlyMap<string, unknown>; readonly after: ReadonlyMap<string, unknown> },
): string {
  const [isBefore, isAfter] = [sides.before.has(unit.id), sides.after.has(unit.id)]
  if (isBefore === isAfter) return ''
  const others = units.filter(
    ({ id, host, gpus }) =>
      id !== unit.id &&
      host === unit.host &&
      gpus.length === unit.gpus.length &&
      sides.before.has(id) === isAfter &&
      sides.after.has(id) === isBefore,
  )
  const names = others.map(({ gpus }) => gpus.join('+')).join(', ')
  return others.length === 0 ? '' : isBefore ? `; this host now has ${names}` : `; this host had ${names} before`
}
