import { type MetricKey, metrics } from '../../harness/metrics/catalogue.ts'
import type { Best } from '../../harness/operating/best.ts'
import type { Relative } from '../../harness/operating/figure.ts'
import type { NoLoss } from '../../harness/operating/no-loss.ts'
import type { Goal } from '../../harness/operating/operating-points.ts'
import type { PointRow } from '../../harness/operating/points.ts'
import type { MetricResult } from '../../harness/record/schema/result.ts'
import { counted } from '../../harness/units.ts'
import { signedPercent } from '../compare/words.ts'
import { formatGbp, formatInterval, formatNumber } from '../render/format-cell.ts'
import { pointName, type Tuning } from './tuning.ts'

/** An operating point in words: what was asked of the points, and what they answer. */
export interface Answer {
  readonly id: string
  readonly question: string
  readonly answer: string
  /** False where there is no answer. */
  readonly isKnown: boolean
}

/** The id of the answer about losses. */
export const lossId = ({ over, concurrency }: Pick<NoLoss, 'over' | 'concurrency'>): string =>
  `no-loss-${over}-${concurrency ?? 'own'}`

/** The operating points of a tuning as plain sentences, in the order in which they are shown. */
export function answersOf(tuning: Tuning): Answer[] {
  const { best, noLoss } = tuning.operating
  const hasSlo = tuning.table.scenario.slo !== undefined
  const { unit, efficiency } = tuning.table
  const shown: readonly (readonly [Goal, string, (row: PointRow) => string])[] = [
    ['cheapest', `Cheapest per ${unit.priced}`, costText],
    ...(hasSlo ? [['cheapestWithinSlo', 'Cheapest within the SLO', costText] as const] : []),
    ['mostEfficient', `Most efficient (${metrics[efficiency].unit})`, (row) => figureText(row, efficiency)],
    ['fastestWithinSlo', 'Fastest within the SLO', (row) => figureText(row, unit.rate)],
  ]
  return [
    ...shown.map(([goal, question, valueText]) => ({
      id: goal,
      question,
      answer: bestText(tuning, best[goal], valueText),
      isKnown: best[goal].proposal !== null,
    })),
    ...noLoss.map((each) => ({
      id: lossId(each),
      question: lossQuestion(tuning, each),
      answer: lossText(tuning, each),
      isKnown: each.downTo !== null,
    })),
  ]
}

function bestText(
  tuning: Tuning,
  { proposal, members, atMostWorse, reason }: Best,
  valueText: (row: PointRow) => string,
): string {
  if (proposal === null) return `no answer: ${reason}`
  const at = `${pointName(tuning, proposal)}${valueText(proposal)}`
  if (tuning.table.rows.filter(({ blocks }) => blocks.length > 0).length === 1)
    return `${at}, the only point that was measured`
  if (members.length === 1) return `${at}, shown to be better than every other point`
  const others = members.filter(({ key }) => key !== proposal.key).map((row) => pointName(tuning, row))
  return `${at}; it cannot be distinguished from ${listed(others)}, draws the least power of these, and is worse than the best by ${percent(atMostWorse)} at most`
}

const lossQuestion = ({ isGrid }: Tuning, { concurrency, over }: NoLoss): string =>
  `No measurable loss${over === 'smClockMHz' ? ' with a locked clock' : ''}${isGrid && concurrency !== null ? `, ${counted(concurrency, 'stream')}` : ''}`

function lossText(
  tuning: Tuning,
  { downTo, stoppedAt, isLossShown, others, reason, reference, metric, threshold }: NoLoss,
): string {
  const lost = percent(threshold)
  const name = (row: PointRow) => pointName(tuning, row)
  const shown = (row: PointRow) => (row.vsReference === null ? '' : ` (${relativeText(row.vsReference)})`)
  const end =
    stoppedAt === null
      ? 'no lower point was measured'
      : isLossShown
        ? `at ${name(stoppedAt)} a loss is shown${shown(stoppedAt)}`
        : `at ${name(stoppedAt)} a loss of ${lost} is not excluded${shown(stoppedAt)}`
  if (downTo === null || reference === null) return isLossShown ? `nowhere: ${end}` : `no answer: ${reason ?? end}`
  const worse = others.map((loss) => `${metrics[loss.metric].label} is ${signedPercent(loss.relative.value)}`)
  return [
    `down to ${name(downTo)}: it loses less than ${lost} of the ${metrics[metric].label.toLowerCase()} at ${name(reference)}${shown(downTo)}`,
    ...(worse.length === 0 ? [] : [`but ${listed(worse)}`]),
    end,
  ].join('; ')
}

/** A ratio - 1 with its interval, such as `-1.2 %, -1.9 to -0.5 %`. */
function relativeText({ value, ci95: [low, high] }: Relative): string {
  const signed = (share: number) => `${share > 0 ? '+' : ''}${formatNumber(share * 100, 1)}`
  return `${signed(value)} %, ${signed(low)} to ${signed(high)} %`
}

const costText = ({ gbp }: PointRow): string =>
  gbp.mean === null
    ? ''
    : ` (${formatGbp(gbp.mean, 4)}${withInterval(gbp, (ci95) => formatInterval(gbp.mean!, ci95, 4, '£'))})`

function figureText({ figures }: PointRow, key: MetricKey): string {
  const result = figures[key]
  const { digits, unit } = metrics[key]
  if (result === undefined || result.mean === null) return ''
  const { mean } = result
  return ` (${formatNumber(mean, digits)}${withInterval(result, (ci95) => formatInterval(mean, ci95, digits))} ${unit})`
}

/** ` ±12`, or `, 2.1 to 2.6`. */
function withInterval({ ci95 }: MetricResult, shown: (ci95: readonly [number, number]) => string): string {
  if (ci95 === null) return ''
  const interval = shown(ci95)
  return interval.startsWith('±') ? ` ${interval}` : `, ${interval}`
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`

/** `a`, `a and b`, `a, b and c`. */
function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}
