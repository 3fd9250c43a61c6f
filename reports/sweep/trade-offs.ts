import { onFrontier } from '../../harness/operating/sweep/frontier.ts'
import type { Known } from '../facts.ts'
import type { Measured } from '../tables/figure-cell.ts'
import type { SweepLine, SweptLoad } from './lines.ts'

/** One load in a trade-off of two figures. */
export interface TradedLoad {
  readonly at: SweptLoad
  readonly x: Measured
  readonly y: Measured
  /** No other load of the card is at least as good in both figures and better in one, by the means. */
  readonly isBest: boolean
}

/** Which two figures are traded; `lower` where less is better. */
export interface TradeOffOf {
  readonly x: { readonly of: (at: SweptLoad) => Known<Measured>; readonly better: 'higher' | 'lower' }
  readonly y: { readonly of: (at: SweptLoad) => Known<Measured>; readonly better: 'higher' | 'lower' }
}

/** The loads of a line that have both figures and did not fail. */
export function tradedLoads({ loads }: SweepLine, { x, y }: TradeOffOf): TradedLoad[] {
  const known = loads.flatMap((at) => {
    const [xOf, yOf] = [x.of(at), y.of(at)]
    return 'reason' in xOf || 'reason' in yOf || at.point.obstacle?.kind === 'failed'
      ? []
      : [{ at, x: xOf.value, y: yOf.value }]
  })
  const sign = (better: 'higher' | 'lower') => (better === 'higher' ? 1 : -1)
  const best = onFrontier(known.map((load) => ({ x: sign(x.better) * load.x.value, y: sign(y.better) * load.y.value })))
  return known.map((load, index) => ({ ...load, isBest: best[index]! }))
}

/** Tokens/s per user against tokens/s per GPU: the trade-off of InferenceX. */
export const userAgainstGpu: TradeOffOf = {
  x: { of: ({ interactivity }) => interactivity, better: 'higher' },
  y: { of: ({ perGpu }) => perGpu, better: 'higher' },
}
export const userAgainstCost: TradeOffOf = {
  x: { of: ({ interactivity }) => interactivity, better: 'higher' },
  y: { of: ({ gbp }) => gbp, better: 'lower' },
}
export const ttftAgainstGpu: TradeOffOf = {
  x: { of: ({ ttftMs }) => ttftMs, better: 'lower' },
  y: { of: ({ perGpu }) => perGpu, better: 'higher' },
}

/** The loads of a line that another one is shown to beat for the users and for the GPU: the intervals of both figures lie apart. */
export function beatenLoads(line: SweepLine): ReadonlySet<SweptLoad> {
  const traded = tradedLoads(line, userAgainstGpu)
  const isAbove = (a: Measured, b: Measured) => (a.ci95?.[0] ?? a.value) > (b.ci95?.[1] ?? b.value)
  const beaten = traded.filter((load) => traded.some((other) => isAbove(other.x, load.x) && isAbove(other.y, load.y)))
  return new Set(beaten.map(({ at }) => at))
}
