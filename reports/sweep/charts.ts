import { meets } from '../../harness/operating/sweep/slo-load.ts'
import { GOOD_SHARE } from '../../harness/scenario/load-schema.ts'
import type { Scenario } from '../../harness/scenario/schema.ts'
import type { Chart, ChartDot, DotChart } from '../charts/chart-types.ts'
import { COST_LABEL } from '../charts/cost-chart.ts'
import { rounded } from '../charts/slices.ts'
import { formatNumber } from '../render/format-cell.ts'
import type { Sweep, SweepLine } from './lines.ts'
import {
  type TradedLoad,
  type TradeOffOf,
  tradedLoads,
  ttftAgainstGpu,
  userAgainstCost,
  userAgainstGpu,
} from './trade-offs.ts'

const USER_AXIS = 'Interactivity (tokens/s per user)'
const GPU_AXIS = 'Throughput (tokens/s per GPU)'

type Slo = Extract<Scenario, { kind: 'text' }>['slo']

/** One trade-off of a sweep as a chart. */
interface Picture {
  readonly id: string
  readonly title: string
  readonly of: TradeOffOf
  readonly x: DotChart['x']
  readonly y: DotChart['y']
  readonly limit: { readonly x: number; readonly label: string } | null
  /** Digits of both figures in the summary. */
  readonly digits: readonly [x: number, y: number]
}

/**
 * The trade-offs of each sweep, one line per card: what one user sees against what a GPU yields, and against what a million
 * tokens cost; and the TTFT, where the SLO limits it. `colorOf` gives a card the colour that it has in the other charts.
 */
export function sweepCharts(sweeps: readonly Sweep[], colorOf: (card: string) => number): Chart[] {
  return sweeps.flatMap((sweep, index) =>
    picturesOf(sweep).flatMap((picture) => {
      const traded = sweep.lines.map((line) => ({ line, loads: tradedLoads(line, picture.of) }))
      const shown = traded.filter(({ loads }) => loads.length > 0)
      return shown.some(({ loads }) => loads.length > 1) ? [chartOf(picture, { sweep, index, shown }, colorOf)] : []
    }),
  )
}

function picturesOf({ lines, title }: Sweep): Picture[] {
  const slo = sloOf(lines[0]!)
  const tpot = slo?.tpotMs
  const byUser = tpot === undefined ? null : { x: 1000 / tpot, label: `TPOT ${tpot} ms` }
  const ttft = slo?.ttftMs
  const user = { label: USER_AXIS, min: 0 }
  const gpu = { label: GPU_AXIS, min: 0 }
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
    ...(ttft === undefined
      ? []
      : [
          {
            id: 'ttft',
            title: `Throughput per GPU by TTFT: ${title}`,
            of: ttftAgainstGpu,
            x: { label: 'TTFT, median (ms)', log: 'decades' },
            ...{ y: gpu, limit: { x: ttft, label: `TTFT ${ttft} ms` }, digits: [0, 0] },
          } satisfies Picture,
        ]),
  ]
}

const sloOf = ({ loads }: SweepLine): Slo => {
  const { scenario } = loads[0]!.run
  return scenario.kind === 'text' ? scenario.slo : undefined
}

interface Drawn {
  readonly sweep: Sweep
  readonly index: number
  readonly shown: readonly { readonly line: SweepLine; readonly loads: readonly TradedLoad[] }[]
}

function chartOf(picture: Picture, { sweep, index, shown }: Drawn, colorOf: (card: string) => number): Chart {
  const hasSlo = sloOf(sweep.lines[0]!) !== undefined
  const isHollow = ({ at }: TradedLoad) => hasSlo && !meets(at.point, GOOD_SHARE)
  const [xDigits, yDigits] = picture.digits
  const described = shown.map(({ line, loads }) => {
    const ends = [loads[0]!, loads.at(-1)!].map(
      ({ at, x, y }) =>
        `${formatNumber(x.value, xDigits)} and ${formatNumber(y.value, yDigits)} with ${at.point.concurrency}`,
    )
    return `${line.card.label}: from ${ends.join(' to ')}`
  })
  const better = { x: picture.of.x.better, y: picture.of.y.better }
  const corner = `${better.y === 'higher' ? 'up' : 'down'} and to the ${better.x === 'higher' ? 'right' : 'left'}`
  const anyHollow = shown.some(({ loads }) => loads.some(isHollow))
  const sentences = [
    `Better is ${corner}. Each dot is a load, labelled with its requests in flight; bars are 95 % intervals, and a line joins the loads that no other beats.`,
    ...(picture.limit === null ? [] : [`Dotted: the limit of the SLO, ${picture.limit.label}.`]),
    ...(anyHollow ? [`Hollow: less than ${GOOD_SHARE * 100} % of the requests met the SLO.`] : []),
    ...described.map((text) => `${text}.`),
  ]
  return {
    kind: 'dots',
    id: `sweep-${picture.id}${index === 0 ? '' : `-${index + 1}`}`,
    title: picture.title,
    summary: sentences.join(' '),
    about: 'comparison',
    simulated: shown.some(({ loads }) => loads.some(({ at }) => at.run.source === 'simulated')),
    x: picture.x,
    y: picture.y,
    better,
    groups: shown.map(({ line, loads }) => ({
      name: line.card.label,
      color: colorOf(line.card.key),
      dots: loads.map(
        (load): ChartDot => ({
          x: rounded(load.x.value),
          y: rounded(load.y.value),
          xCi95: load.x.ci95 && [rounded(load.x.ci95[0]), rounded(load.x.ci95[1])],
          yCi95: load.y.ci95 && [rounded(load.y.ci95[0]), rounded(load.y.ci95[1])],
          label: String(load.at.point.concurrency),
          isJoined: load.isBest,
          isHollow: isHollow(load),
        }),
      ),
    })),
    limits: picture.limit === null ? [] : [picture.limit],
  }
}
