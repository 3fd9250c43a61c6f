import { metricResult } from '../metrics/result.ts'
import { type NextLoad, nextLoad, type SweepPlan } from '../operating/sweep/next-load.ts'
import { type SweepPoint, spreadOf } from '../operating/sweep/sweep-point.ts'
import { type Random, seededRandom } from '../plan/random.ts'
import { normal } from './noise-stream.ts'

/** A server whose throughput by load is known in closed form. */
export interface SweptServer {
  readonly tokensPerS: (concurrency: number) => number
  /** Requests that it runs at once; more of them wait. Absent: any number. */
  readonly runsAtOnce?: number
  /** The highest load that meets the SLO; absent: there is no SLO. */
  readonly meetsSloTo?: number
  /** The lowest load that fails. */
  readonly failsFrom?: number
}

/**
 * A server whose step takes `weights + per stream` time, as decoding does: its throughput is `most · c / (c + half)`. Doubling a
 * load c gains `half / (2c + half)`, so that the gain is below g from `half · (1/g - 1) / 2` on.
 */
export const batching = (half: number, most = 10_000): SweptServer => ({
  tokensPerS: (concurrency) => (most * concurrency) / (concurrency + half),
})
/** The load from which on a doubling gains less than `gain` on that server. */
export const kneeOfBatching = (half: number, gain: number): number => (half * (1 / gain - 1)) / 2

/** How a server is measured: trials of a load, and their standard deviation as a share of their mean. */
export interface Noise {
  readonly trials: number
  readonly share: number
  readonly random: Random
}

/** Three trials with a seed. */
export const noiseOf = (seed: number, share: number, trials = 3): Noise => ({
  trials,
  share,
  random: seededRandom(seed),
})

/** One load of that server, measured. */
export function measure(server: SweptServer, concurrency: number, noise: Noise): SweepPoint {
  const { runsAtOnce = Number.POSITIVE_INFINITY, meetsSloTo, failsFrom = Number.POSITIVE_INFINITY } = server
  if (concurrency >= failsFrom) {
    return { concurrency, tokensPerS: null, sloShare: null, obstacle: { kind: 'failed', reason: 'out of memory' } }
  }
  const truth = server.tokensPerS(Math.min(concurrency, runsAtOnce))
  const trials = Array.from({ length: noise.trials }, () => truth * (1 + noise.share * normal(noise.random)))
  const share = concurrency <= (meetsSloTo ?? 0) ? 1 : 0.5
  return {
    concurrency,
    tokensPerS: spreadOf(metricResult(trials, 'tokens/s')),
    sloShare: meetsSloTo === undefined ? null : { mean: share, ci95: [share, share] },
    obstacle: concurrency > runsAtOnce ? { kind: 'queued', reason: 'the server ran too few' } : null,
  }
}

/** A whole sweep of that server: its points in the order in which they were measured, and why it ended. */
export function sweepOn(
  server: SweptServer,
  plan: SweepPlan,
  noise: Noise,
): { readonly points: readonly SweepPoint[]; readonly why: string } {
  const points: SweepPoint[] = []
  for (;;) {
    const next: NextLoad = nextLoad(points, plan)
    if (next.concurrency === null) return { points, why: next.why ?? '' }
    points.push(measure(server, next.concurrency, noise))
  }
}
