import { gatesAgainst } from '../../../harness/gates/quotable.ts'
import { headlineMetric } from '../../../harness/metrics/headline.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { counted } from '../../../harness/units.ts'
import { STARTS_PER_SIDE } from '../../../harness/verdict/starts-per-side.ts'
import { isUsable } from '../../compare/pair.ts'
import { startsOf } from '../../compare/starts-of-runs.ts'
import { type Unit, unitOf, unitsOf } from '../boxes.ts'
import { EMPTY_CELL, type HeatCell, type HeatMap, LOW_SYMBOL } from '../heat/heat-map.ts'
import { type Column, columnOf, columnsOf, endOf } from '../matrix.ts'
import { softwareOf } from '../settings.ts'
import { type SiblingFigure, siblingFigures } from '../siblings.ts'

/** One unit in one scenario beside its siblings. */
export interface StandingCell {
  readonly unit: string
  readonly column: string
  readonly kind: 'judged' | 'not-judged' | 'absent'
  readonly figures: readonly SiblingFigure[]
  /** The figure that is shown: the one that is lowest, where one is; else that of the headline metric. */
  readonly lead: SiblingFigure | null
  readonly headline: string | null
  readonly reason: string | null
}

/** Many boxes beside each other, without a change: which are below their siblings. */
export interface FleetStanding {
  readonly units: readonly Unit[]
  readonly columns: readonly Column[]
  readonly cells: readonly StandingCell[]
  readonly notes: readonly string[]
  readonly records: readonly RunRecord[]
  readonly simulated: boolean
}

/** Holds every unit against its siblings in every scenario; whatever has none is a cell with its reason. Pure. */
export function fleetStanding(records: readonly RunRecord[], notes: readonly string[] = []): FleetStanding {
  const [units, columns] = [unitsOf(records), columnsOf(records)]
  const sound = newestStarts(records.filter((run) => gatesAgainst(run).length === 0))
  const figures = Map.groupBy(siblingFigures(sound, units), ({ unit, column }) => `${unit} ${column}`)
  const byCell = Map.groupBy(records, (run) => `${unitOf(run)} ${columnOf(run).id}`)
  const cells = units.flatMap((unit) =>
    columns.map((column): StandingCell => {
      const key = `${unit.id} ${column.id}`
      return cellOf({ unit, column, runs: byCell.get(key) ?? [], figures: figures.get(key) ?? [] }, units)
    }),
  )
  return { units, columns, cells, notes, records, simulated: records.some(({ source }) => source === 'simulated') }
}

/** The newest starts of each unit in each scenario, with the driver and engine that it has now: a folder may hold years. */
export function newestStarts(records: readonly RunRecord[]): RunRecord[] {
  const groups = Map.groupBy(records.filter(isUsable), (run) => `${unitOf(run)} ${columnOf(run).id}`)
  return [...groups.values()].flatMap((runs) => {
    const starts = startsOf(runs)
    const now = softwareOf(starts.at(-1)![0]!)
    return starts
      .filter(([first]) => softwareOf(first!) === now)
      .slice(-STARTS_PER_SIDE)
      .flat()
  })
}

function cellOf(
  {
    unit,
    column,
    runs,
    figures,
  }: {
    readonly unit: Unit
    readonly column: Column
    readonly runs: readonly RunRecord[]
    readonly figures: readonly SiblingFigure[]
  },
  units: readonly Unit[],
): StandingCell {
  const head = { unit: unit.id, column: column.id, figures }
  if (runs.length === 0) return { ...head, kind: 'absent', lead: null, headline: null, reason: null }
  const low = figures
    .filter(({ verdict }) => verdict === 'low')
    .toSorted((a, b) => b.worseBy / b.margin - a.worseBy / a.margin)
  const headline = headlineMetric(runs[0]!.scenario)
  const own = figures.find(({ metric }) => metric === headline)
  const lead = (own?.verdict === 'low' ? own : low[0]) ?? own ?? figures.find(({ verdict }) => verdict === 'pass')
  if (lead !== undefined) return { ...head, kind: 'judged', lead, headline, reason: null }
  const gates = [...new Set(runs.flatMap((run) => gatesAgainst(run).map(({ id }) => id)))]
  const isOnly = units.filter(({ card }) => card === unit.card).length === 1
  const reason = !runs.some(isUsable)
    ? `no usable run: ${endOf(runs)}`
    : gates.length > 0
      ? `the required ${gates.length === 1 ? 'gate' : 'gates'} ${gates.join(', ')} failed`
      : isOnly
        ? `no sibling: the only ${unit.card}`
        : 'no sibling with its driver and engine in this scenario, or no figure that is held against siblings'
  return { ...head, kind: 'not-judged', lead: null, headline, reason }
}

/** The units that are below their siblings. */
export const lowUnits = ({ units, cells }: FleetStanding): Unit[] =>
  units.filter(({ id }) => cells.some(({ unit, lead }) => unit === id && lead?.verdict === 'low'))

/** How many units have siblings in at least one scenario. */
export const judgedUnits = ({ units, cells }: FleetStanding): number =>
  units.filter(({ id }) => cells.some(({ unit, kind }) => unit === id && kind === 'judged')).length

/** The answer in one paragraph. */
export function standingSentence(standing: FleetStanding): string {
  const { units, columns, cells } = standing
  const low = lowUnits(standing)
  const judged = judgedUnits(standing)
  const open = units.filter(({ id }) => cells.some((cell) => cell.unit === id && cell.kind === 'not-judged'))
  const names = (some: readonly Unit[]) =>
    some.length <= 5
      ? some.map(({ name }) => name).join(', ')
      : `${some
          .slice(0, 5)
          .map(({ name }) => name)
          .join(', ')} and ${some.length - 5} more`
  const first =
    low.length === 0
      ? judged === 0
        ? 'No unit can be held against siblings.'
        : `None of ${counted(judged, 'unit')} is below its siblings in ${counted(columns.length, 'scenario')}.`
      : `${counted(low.length, 'unit')} of ${units.length} ${low.length === 1 ? 'is below its' : 'are below their'} siblings: ${names(low)}.`
  return open.length === 0 ? first : `${first} Not judged in at least one scenario: ${names(open)}.`
}

/** The heat map of one night: each field is the difference from the median of the siblings. */
export function standingHeatMap(standing: FleetStanding): HeatMap {
  const { units, columns, cells } = standing
  const rows = units.map((unit) => {
    const own = columns.map(({ id }) => cells.find((cell) => cell.unit === unit.id && cell.column === id)!)
    const isLow = own.some(({ lead }) => lead?.verdict === 'low')
    return {
      ...{ id: unit.id, name: unit.name, detail: [unit.card, ...unit.gpus].join(', '), isFleet: false },
      cells: own.map(heatCell),
      rank: isLow ? 0 : own.some(({ kind }) => kind === 'not-judged') ? 1 : 2,
    }
  })
  return {
    columns,
    rows: rows.toSorted((a, b) => a.rank - b.rank),
    legend: [
      `${LOW_SYMBOL} below its siblings, = among them, — not judged (the note says why), empty: not measured there.`,
      'Each field is the difference of its headline figure, or of the one that is lowest, from the median of the units with the same card, driver and engine; a loss is negative.',
    ],
  }
}

function heatCell({ kind, lead, headline, reason }: StandingCell): HeatCell {
  if (kind === 'absent') return EMPTY_CELL
  if (lead === null) return { ...EMPTY_CELL, text: '—', reason, tone: 'warn' }
  const isLow = lead.verdict === 'low'
  const share = -100 * lead.worseBy
  return {
    symbol: isLow ? LOW_SYMBOL : '=',
    text: `${share <= -0.05 ? '-' : share < 0.05 ? '' : '+'}${Math.abs(share).toFixed(1)} %`,
    detail: lead.metric === headline ? null : lead.label,
    reason: null,
    tone: isLow ? 'bad' : 'plain',
    heat: lead.worseBy / lead.margin,
  }
}
