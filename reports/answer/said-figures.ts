import { type MetricKey, metrics } from '../../harness/metrics/catalogue.ts'
import { headlineMetric } from '../../harness/metrics/headline.ts'
import { CLOSE } from '../comparison/winners.ts'
import { digitsOf, sensibleDigits } from '../render/digits.ts'
import { formatInterval, formatNumber } from '../render/format-cell.ts'
import { type Measured, measuredOf } from '../tables/figure-cell.ts'
import { ratioInterval } from '../tables/ratio-interval.ts'
import type { ScenarioRow, Selection } from '../tables/selection.ts'
import type { Cell } from '../tables/table.ts'

/* Figures inside sentences. */

/** `1,799 tokens/s (±27)`. */
const saidFigure = ({ value, ci95 }: Measured, unit: string): string => {
  const digits = sensibleDigits(value, ci95, digitsOf(value))
  return `${formatNumber(value, digits)} ${unit}${ci95 === null ? '' : ` (${formatInterval(value, ci95, digits)})`}`
}

/** A number or an amount of a table with its unit and interval; null for what is neither. */
export function saidCell(cell: Cell, unit: string): string | null {
  if (cell.kind === 'number') {
    const interval = cell.ci95 ? ` (${formatInterval(cell.value, cell.ci95, cell.digits)})` : ''
    return `${formatNumber(cell.value, cell.digits)} ${unit}${interval}`
  }
  if (cell.kind !== 'money') return null
  const interval = cell.ci95 ? ` (${formatInterval(cell.valueGbp, cell.ci95, cell.digits, '£')})` : ''
  return `£${formatNumber(cell.valueGbp, cell.digits)}${interval} ${unit}`
}

/** The unit of a metric after a number in a sentence; a time says what it is of. */
export const saidUnit = (key: MetricKey): string => (key === 'secondsPerImage' ? 's per image' : metrics[key].unit)

/** Which card is the faster one in a workload, and how much; empty where fewer than two have a figure. */
export function speedSentence(row: ScenarioRow, { cards, runOf }: Selection): string {
  const key = headlineMetric(row.sample.scenario)
  const { better, label } = metrics[key]
  const unit = saidUnit(key)
  const sign = better === 'lower' ? 1 : -1
  const found = cards.flatMap((card) => {
    const run = runOf(row.name, card.key)
    // of a run that was cut short the figures are not those of the workload
    const known = run?.status !== 'complete' ? null : measuredOf(run, key)
    return known !== null && 'value' in known ? [{ card, figure: known.value }] : []
  })
  const [best, next] = found.toSorted((a, b) => sign * (a.figure.value - b.figure.value))
  if (best === undefined || next === undefined || next.figure.value <= 0 || best.figure.value <= 0) return ''
  const [over, under] = better === 'lower' ? [next.figure, best.figure] : [best.figure, next.figure]
  const interval = ratioInterval(over, under)
  const against = `${saidFigure(best.figure, unit)} against ${saidFigure(next.figure, unit)}`
  const named = `${against} (${next.card.label})`
  const ratio = over.value / under.value
  if (interval !== null && interval[0] <= 1) return `${label} does not decide it: ${named}, within the intervals.`
  if (ratio < CLOSE)
    return `${label} does not decide it: ${named}, a difference below ${formatNumber((CLOSE - 1) * 100, 0)} %.`
  const spread =
    interval === null
      ? ' (one trial each, so without an interval)'
      : ` (95 %: ${formatNumber(interval[0], 2)} to ${formatNumber(interval[1], 2)})`
  return `The ${best.card.label} is ${formatNumber(ratio, 2)} times as fast there${spread}: ${cards.length > 2 ? named : against}.`
}
