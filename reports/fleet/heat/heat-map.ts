import { comparedMetric } from '../../../harness/metrics/catalogue.ts'
import type { FleetMetric, UnitMetric } from '../../../harness/verdict/fleet/fleet-values.ts'
import type { MetricVerdict } from '../../../harness/verdict/verdict-words.ts'
import { signedPercent, verdictTones } from '../../compare/words.ts'
import type { Tone } from '../../tables/table.ts'
import type { FleetCellResult, FleetComparison, FleetGroup } from '../fleet-comparison.ts'
import type { Column } from '../matrix.ts'

/** One field of a heat map. Its symbol carries the meaning; the tone and the share only colour it. */
export interface HeatCell {
  /** Null: not judged, with the reason; or not asked for, without one. */
  readonly symbol: string | null
  readonly text: string
  /** Smaller print: the metric, where it is not the headline. */
  readonly detail: string | null
  readonly reason: string | null
  readonly tone: Tone
  /** Loss as a share of the practical threshold; negative for a gain. */
  readonly heat: number
}

export interface HeatRow {
  readonly id: string
  readonly name: string
  /** Card and full UUIDs. */
  readonly detail: string
  readonly isFleet: boolean
  readonly cells: readonly HeatCell[]
}

/** Units by scenarios, the fleet first, then the units with findings. */
export interface HeatMap {
  readonly columns: readonly Column[]
  readonly rows: readonly HeatRow[]
  readonly legend: readonly string[]
}

/** One symbol for each verdict. */
const symbols: Readonly<Record<MetricVerdict, string>> = {
  regressed: '▼',
  improved: '▲',
  equivalent: '=',
  inconclusive: '?',
}
/** Below its siblings. */
export const LOW_SYMBOL = '↓'

/** Nobody asked for it. */
export const EMPTY_CELL: HeatCell = { symbol: null, text: '', detail: null, reason: null, tone: 'plain', heat: 0 }

/** The heat map of a comparison: change of each unit against its own baseline. */
export function comparisonHeatMap(comparison: FleetComparison): HeatMap {
  const { columns, groups, units, cells, low, smallestEffect, smallestFleetEffect } = comparison
  const cards = [...new Set(groups.map(({ card }) => card))]
  const fleetRows = cards.map((card): HeatRow => {
    const own = groups.filter((group) => group.card === card)
    const boxes = Math.max(...own.flatMap(({ metrics }) => metrics.map((metric) => metric.boxes)))
    return {
      id: `fleet-${card}`,
      name: cards.length === 1 ? 'The fleet' : `The fleet, ${card}`,
      detail: `${card}, up to ${boxes} servers`,
      isFleet: true,
      cells: columns.map(({ id }) => fleetCell(own.find(({ column }) => column.id === id))),
    }
  })
  const rows = units.map((unit): HeatRow & { readonly rank: number } => {
    const own = columns.map(({ id }) => cells.find((cell) => cell.unit === unit.id && cell.column === id)!)
    const isLow = (column: string) => low.some((each) => each.unit === unit.id && each.column === column)
    return {
      ...{ id: unit.id, name: unit.name, detail: [unit.card, ...unit.gpus].join(', '), isFleet: false },
      cells: own.map((cell) => unitCell(cell, isLow(cell.column))),
      rank: Math.min(...own.map((cell) => rankOf(cell, isLow(cell.column)))),
    }
  })
  return {
    columns,
    rows: [...fleetRows, ...rows.toSorted((a, b) => a.rank - b.rank)],
    legend: [
      `${symbols.regressed} regressed, ${symbols.improved} improved, ${symbols.equivalent} equivalent, ${symbols.inconclusive} inconclusive, ${LOW_SYMBOL} below its siblings after the change, — not judged (the note says why), empty: not measured there.`,
      `Each field is the change of its headline metric, or of the named metric that regressed most. A unit is held against its own baseline with a threshold of ${percent(smallestEffect)}, the fleet with ${percent(smallestFleetEffect)}.`,
    ],
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/** Findings first, then what is not judged, then the rest. */
function rankOf({ verdict, kind }: FleetCellResult, isLow: boolean): number {
  if (verdict === 'regressed') return 0
  if (isLow) return 1
  return kind === 'not-judged' ? 2 : 3
}

function fleetCell(group: FleetGroup | undefined): HeatCell {
  if (group === undefined) return EMPTY_CELL
  const { metrics, verdict } = group
  const worse = metrics.filter(
    (metric) => metric.verdict === 'regressed' && comparedMetric(metric.key).comparison.decides,
  )
  const headline = metrics.find(({ key }) => key === group.headline) ?? metrics[0]!
  const lead = worse.includes(headline) ? headline : (worse[0] ?? headline)
  return changeCell(lead, worse.length === 0 ? headline.verdict : verdict, lead !== headline)
}

function unitCell(cell: FleetCellResult, isLow: boolean): HeatCell {
  if (cell.kind === 'absent') return EMPTY_CELL
  if (cell.lead === null) return { ...EMPTY_CELL, text: '—', reason: cell.reason, tone: 'warn' }
  const found = changeCell(cell.lead, cell.verdict!, cell.lead.key !== cell.headline)
  const apart = cell.inFleet ? found : { ...found, reason: cell.reason }
  return isLow ? { ...apart, symbol: `${found.symbol}${LOW_SYMBOL}`, tone: 'bad' } : apart
}

function changeCell(metric: FleetMetric | UnitMetric, verdict: MetricVerdict, isNamed: boolean): HeatCell {
  const { key, change, margin, reason } = metric
  if (change === null) return { ...EMPTY_CELL, text: '—', reason, tone: 'warn' }
  const { better, shortLabel } = comparedMetric(key)
  const loss = better === 'higher' ? -change.value : change.value
  return {
    symbol: symbols[verdict],
    text: Math.abs(change.value) < 0.0005 ? '0.0 %' : signedPercent(change.value),
    detail: isNamed ? shortLabel : null,
    reason: null,
    tone: verdict === 'inconclusive' ? 'plain' : verdictTones[verdict],
    heat: loss / margin,
  }
}
