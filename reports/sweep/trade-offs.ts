import { onFrontier } from '../../harness/operating/sweep/frontier.ts'
import type { Known } from '../facts.ts'
import type { Measured } from '../tables/figure-cell.ts'

/** What is traded at one load of a server. */
export interface LoadFigures {
  /** Requests or sessions in flight. */
  readonly concurrency: number
  /** Output tokens/s that one user sees: the decode rate, 1000 / median TPOT. */
  readonly interactivity: Known<Measured>
  /** Output tokens/s of all users / GPUs that serve. */
  readonly perGpu: Known<Measured>
  /** GBP per million output tokens. */
  readonly gbp: Known<Measured>
  /** Median. */
  readonly ttftMs: Known<Measured>
  /** It gave no usable figures. */
  readonly isFailed: boolean
  /** Too few of its requests met the SLO, or it failed; false without an SLO. */
  readonly breaksSlo: boolean
}

/** The loads of one card, or of one setting of it. */
export interface TradedLine<Load extends LoadFigures = LoadFigures> {
  readonly label: string
  readonly loads: readonly Load[]
}

/** One load in a trade-off of two figures. */
export interface TradedLoad<Load extends LoadFigures> {
  readonly at: Load
  readonly x: Measured
  readonly y: Measured
  /** No other load of the line is at least as good in both figures and better in one, by the means. */
  readonly isBest: boolean
}

interface Traded {
  readonly of: (at: LoadFigures) => Known<Measured>
  readonly better: 'higher' | 'lower'
}

/** Which two figures are traded. */
export interface TradeOff {
  readonly x: Traded
  readonly y: Traded
}

/** The loads of a line that have both figures and did not fail. */
export function tradedLoads<Load extends LoadFigures>(loads: readonly Load[], { x, y }: TradeOff): TradedLoad<Load>[] {
  const known = loads.flatMap((at) => {
    const [xOf, yOf] = [x.of(at), y.of(at)]
    return 'reason' in xOf || 'reason' in yOf || at.isFailed ? [] : [{ at, x: xOf.value, y: yOf.value }]
  })
  const sign = (better: 'higher' | 'lower') => (better === 'higher' ? 1 : -1)
  const best = onFrontier(known.map((load) => ({ x: sign(x.better) * load.x.value, y: sign(y.better) * load.y.value })))
  return known.map((load, index) => ({ ...load, isBest: best[index]! }))
}

const byInteractivity: Traded = { of: ({ interactivity }) => interactivity, better: 'higher' }
const byGpu: Traded = { of: ({ perGpu }) => perGpu, better: 'higher' }

/** Tokens/s per user against tokens/s per GPU: the trade-off of InferenceX. */
export const userAgainstGpu: TradeOff = { x: byInteractivity, y: byGpu }
export const userAgainstCost: TradeOff = { x: byInteractivity, y: { of: ({ gbp }) => gbp, better: 'lower' } }
export const ttftAgainstGpu: TradeOff = { x: { of: ({ ttftMs }) => ttftMs, better: 'lower' }, y: byGpu }

/** The loads that another one is shown to beat for the users and for the GPU: the intervals of both figures lie apart. */
export function beatenLoads<Load extends LoadFigures>(loads: readonly Load[]): ReadonlySet<Load> {
  const traded = tradedLoads(loads, userAgainstGpu)
  const isAbove = (a: Measured, b: Measured) => (a.ci95?.[0] ?? a.value) > (b.ci95?.[1] ?? b.value)
  const beaten = traded.filter((load) => traded.some((other) => isAbove(other.x, load.x) && isAbove(other.y, load.y)))
  return new Set(beaten.map(({ at }) => at))
}
