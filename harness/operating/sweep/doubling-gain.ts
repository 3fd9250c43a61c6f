import type { CurvePoint, Spread } from './sweep-point.ts'

/** A measured load, and its part in the logarithm of a throughput: what 1 % more there would add, in %. */
interface Part {
  readonly at: number
  readonly weight: number
}

/** A throughput at a load, in tokens/s, and the measured loads that it follows from. */
interface Rate {
  readonly tokensPerS: number
  readonly parts: readonly Part[]
}

/**
 * What doubling a load adds to the throughput, as a share: `T(2c) / T(c) - 1`, with its 95 % interval. 1 is perfect
 * scaling, 0 none. Null where twice the load is above the highest that was measured, unless the server was full there: then
 * more load only waits.
 *
 * Between two measured loads 1/T is taken to be linear in 1/c. That is exact where a step takes `weights + c · stream`, as in
 * decoding, and where the throughput is flat or proportional to the load. The interval follows from those of the measured
 * throughputs by the method of variance estimates recovery, on the logarithms (Zou, Huang and Zhang 2009, "A note on confidence
 * interval estimation for a linear function of binomial proportions", Computational Statistics & Data Analysis 53; it holds
 * for any independent estimates). Null where a throughput has no interval.
 */
export function doublingGain(curve: readonly CurvePoint[], concurrency: number): Spread | null {
  const [once, twice] = [rateAt(curve, concurrency), rateAt(curve, 2 * concurrency)]
  if (once === null || twice === null) return null
  const weights = new Map<number, number>()
  const add = (sign: number) => (part: Part) => {
    weights.set(part.at, (weights.get(part.at) ?? 0) + sign * part.weight)
  }
  twice.parts.forEach(add(1))
  once.parts.forEach(add(-1))
  const terms = [...weights].map(([at, weight]) => reachOf(curve[at]!.tokensPerS, weight))
  const half = (side: 'below' | 'above') => Math.hypot(...terms.map((term) => term[side] ?? Number.NaN))
  const ratio = twice.tokensPerS / once.tokensPerS
  const [low, high] = [ratio * Math.exp(-half('below')) - 1, ratio * Math.exp(half('above')) - 1]
  return { mean: ratio - 1, ci95: Number.isNaN(low) || Number.isNaN(high) ? null : [low, high] }
}

/** How far the interval of `weight · ln T` reaches to either side; null without one. */
function reachOf({ mean, ci95 }: Spread, weight: number): { below: number | null; above: number | null } {
  if (weight === 0) return { below: 0, above: 0 }
  if (ci95 === null) return { below: null, above: null }
  const down = Math.abs(weight) * Math.log(mean / Math.max(0, ci95[0]))
  const up = Math.abs(weight) * Math.log(ci95[1] / mean)
  return weight > 0 ? { below: down, above: up } : { below: up, above: down }
}

/** The throughput at a load; null outside what was measured, but above a load that fills the server. */
function rateAt(curve: readonly CurvePoint[], concurrency: number): Rate | null {
  const above = curve.findIndex((point) => point.concurrency >= concurrency)
  const at = above < 0 && curve.at(-1)?.isFull ? curve.length - 1 : above
  const high = curve[at]
  if (high === undefined) return null
  const full = { tokensPerS: high.tokensPerS.mean, parts: [{ at, weight: 1 }] }
  if (above < 0 || high.concurrency === concurrency) return full
  const low = curve[at - 1]
  if (low === undefined) return null
  const share = (1 / low.concurrency - 1 / concurrency) / (1 / low.concurrency - 1 / high.concurrency)
  const [lowS, highS] = [(1 - share) / low.tokensPerS.mean, share / high.tokensPerS.mean]
  const tokensPerS = 1 / (lowS + highS)
  return {
    tokensPerS,
    parts: [
      { at: at - 1, weight: lowS * tokensPerS },
      { at, weight: highS * tokensPerS },
    ],
  }
}
