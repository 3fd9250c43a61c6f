import type { MetricResult } from '../../record/schema/result.ts'

/** A mean with its 95 % interval; null where one trial gave none. */
export interface Spread {
  readonly mean: number
  readonly ci95: readonly [number, number] | null
}

/** Why a load gave no usable figure, or why a higher one can tell nothing more. */
export interface Obstacle {
  /** `failed`: no usable figures. `queued`: the server did not run all requests at once; its figures stand. */
  readonly kind: 'failed' | 'queued'
  /** One clause, with its numbers. */
  readonly reason: string
}

/** One load of a sweep. */
export interface SweepPoint {
  /** Requests or sessions in flight. */
  readonly concurrency: number
  /** Output tokens/s of all streams; null where it could not be measured. */
  readonly tokensPerS: Spread | null
  /** Share of the requests that met every limit of the SLO; null without an SLO, or where none was due. */
  readonly sloShare: Spread | null
  readonly obstacle: Obstacle | null
}

/** A metric of a record as a spread; null where it has no mean. */
export const spreadOf = (result: MetricResult | undefined): Spread | null =>
  result === undefined || result.mean === null ? null : { mean: result.mean, ci95: result.ci95 }

/** A load with its throughput, which is above 0. */
export interface CurvePoint {
  readonly concurrency: number
  readonly tokensPerS: Spread
  /** A higher load has the same throughput: what is added to it only waits. */
  readonly isFull: boolean
}

/** The loads that gave a throughput, from the lowest to the highest. */
export const curveOf = (points: readonly SweepPoint[]): CurvePoint[] =>
  points
    .flatMap(({ concurrency, tokensPerS, obstacle }) =>
      tokensPerS === null || !(tokensPerS.mean > 0) || obstacle?.kind === 'failed'
        ? []
        : [{ concurrency, tokensPerS, isFull: obstacle?.kind === 'queued' }],
    )
    .toSorted((a, b) => a.concurrency - b.concurrency)
