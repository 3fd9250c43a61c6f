import { GOOD_SHARE } from '../../harness/scenario/load-schema.ts'
import type { Scenario } from '../../harness/scenario/schema.ts'
import type { Chart, ChartDot, DotChart } from '../charts/chart-types.ts'
import { COST_LABEL } from '../charts/cost-chart.ts'
import { rounded } from '../charts/slices.ts'
import { formatNumber } from '../render/format-cell.ts'
import type { Measured } from '../tables/figure-cell.ts'
import {
  type TradedLine,
  type TradeOff,
  tradedLoads,
  ttftAgainstGpu,
  userAgainstCost,
  userAgainstGpu,
} from './trade-offs.ts'

const USER_AXIS = 'Interactivity (tokens/s per user)'
const GPU_AXIS = 'Throughput (tokens/s per GPU)'

/** Lines to draw into one chart, and what they have in common. */
export interface TradedLines {
  /** Kebab-case: begins the ids of the charts. */
  readonly id: string
  readonly title: string
  readonly lines: readonly (TradedLine & { readonly color: number })[]
  readonly scenario: Scenario
  readonly simulated: boolean
}

/** One trade-off as a chart. */
interface Picture {
  readonly id: string
  readonly title: string
  readonly of: TradeOff
  readonly x: DotChart['x']
  readonly y: DotChart['y']
  readonly limit: { readonly x: number; readonly label: string } | null
  /** Digits of both figures in the summary. */
  readonly digits: readonly [x: number, y: number]
}

/**
 * The trade-offs of some lines: what one user sees against what a GPU yields, and against what a million tokens cost; and the
 * TTFT, where the SLO limits it. None for lines of one load.
 */
export function tradeOffCharts(lines: TradedLines): Chart[] {
  return picturesOf(lines).flatMap((picture) => chartOf(picture, lines) ?? [])
}

function picturesOf({ scenario, title }: TradedLines): Picture[] {
  const slo = scenario.kind === 'text' ? scenario.slo : undefined
  const { tpotMs, ttftMs } = slo ?? {}
  const byUser = tpotMs === undefined ? null : { x: 1000 / tpotMs, label: `TPOT ${tpotMs} ms` }
  const user = { label: USER_AXIS, min: 0 }
  const gpu = { label: GPU_AXIS, min: 0 }
  const byTtft = (limitMs: number): Picture => ({
    id: 'ttft',
    title: `Throughput per GPU by TTFT: ${title}`,
    of: ttftAgainstGpu,
    x: { label: 'TTFT, median (ms)', log: 'decades' },
    ...{ y: gpu, limit: { x: limitMs, label: `TTFT ${limitMs} ms` }, digits: [0, 0] },
  })
  return [
    {
      id: 'gpu',
      title: `Throughput per GPU by interactivity: ${title}`,
      of: userAgainstGpu,
      ...{ x: user, y: gpu, limit: byUser, digits: [1, 0] },
    },
    {
      id: 'cost',
      title: `${COST_LABEL} by interactivity: ${title}`,
      of: userAgainstCost,
      ...{ x: user, y: { label: COST_LABEL, log: 'decades' }, limit: byUser, digits: [1, 4] },
    },
    ...(ttftMs === undefined ? [] : [byTtft(ttftMs)]),
  ]
}

function chartOf(picture: Picture, { id, lines, simulated }: TradedLines): Chart | null {
  const shown = lines
    .map((line) => ({ line, loads: tradedLoads(line.loads, picture.of) }))
    .filter(({ loads }) => loads.length > 0)
  if (shown.every(({ loads }) => loads.length < 2)) return null
  const { of: tradeOff, limit } = picture
  const drawn = limit === null || isFar(limit.x, shown) ? null : limit
  const better = { x: tradeOff.x.better, y: tradeOff.y.better }
  const corner = `${better.y === 'higher' ? 'up' : 'down'} and to the ${better.x === 'higher' ? 'right' : 'left'}`
  const anyHollow = shown.some(({ loads }) => loads.some(({ at }) => at.breaksSlo))
  const [xDigits, yDigits] = picture.digits
  const described = shown.map(({ line, loads }) => {
    const ends = [loads[0]!, loads.at(-1)!].map(
      ({ at, x, y }) =>
        `${formatNumber(x.value, xDigits)} and ${formatNumber(y.value, yDigits)} with ${at.concurrency}`,
    )
    return `${line.label}: from ${ends.join(' to ')}.`
  })
  const hollow = anyHollow ? [`Hollow: less than ${GOOD_SHARE * 100} % of the requests met the SLO.`] : []
  return {
    kind: 'dots',
    id: `${id}-${picture.id}`,
    title: picture.title,
    key: [`Better is ${corner}. The number at a dot is its requests in flight.`, ...hollow].join(' '),
    summary: [
      `Better is ${corner}. Each dot is a load, labelled with its requests in flight; bars are 95 % intervals, and a line joins the loads that no other beats.`,
      ...(limit === null
        ? []
        : [
            drawn === null
              ? `The limit of the SLO, ${limit.label}, lies beyond the axis.`
              : `Dotted: the limit of the SLO, ${limit.label}.`,
          ]),
      ...hollow,
      ...described,
    ].join(' '),
    about: 'comparison',
    simulated,
    x: withLimit(picture.x, drawn?.x ?? 0, shown),
    y: picture.y,
    better,
    groups: shown.map(({ line, loads }) => ({
      name: line.label,
      color: line.color,
      dots: loads.map(
        ({ at, x, y, isBest }): ChartDot => ({
          x: rounded(x.value),
          y: rounded(y.value),
          xCi95: x.ci95 && [rounded(x.ci95[0]), rounded(x.ci95[1])],
          yCi95: y.ci95 && [rounded(y.ci95[0]), rounded(y.ci95[1])],
          label: String(at.concurrency),
          isJoined: isBest,
          isHollow: at.breaksSlo,
        }),
      ),
    })),
    limits: drawn === null ? [] : [drawn],
  }
}

/** How far beyond the loads a limit may lie to be drawn: farther, it would squeeze them into a corner. */
const NEAR = 3

type Loads = readonly { readonly loads: readonly { readonly x: Measured }[] }[]

/** Whether a limit of the SLO lies beyond all loads, and so far that it is said and not drawn. */
const isFar = (limit: number, shown: Loads): boolean => limit > NEAR * mostOf(shown)

/** An axis that reaches the limit of the SLO, where all loads lie below it. */
function withLimit(axis: DotChart['x'], limit: number, shown: Loads): DotChart['x'] {
  if (limit <= mostOf(shown)) return axis
  const step = 10 ** Math.floor(Math.log10(limit))
  return { ...axis, max: axis.log === 'decades' ? 10 ** Math.ceil(Math.log10(limit)) : Math.ceil(limit / step) * step }
}

const mostOf = (shown: Loads): number =>
  Math.max(...shown.flatMap(({ loads }) => loads.map(({ x }) => x.ci95?.[1] ?? x.value)))
