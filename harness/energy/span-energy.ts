import { type ErrorTerms, errorTerms, type Sensor } from './error-bar.ts'
import { inside, integrate, medianIntervalMs, type PowerPoint, type Span } from './power-series.ts'

/** Energy by one sensor over a span. */
export interface SpanEnergy {
  readonly energyJ: number
  /** Share of the span that readings cover. */
  readonly coverage: number
  readonly samples: number
  readonly intervalMs: number | null
  readonly terms: ErrorTerms
}

/** How the readings of a sensor are integrated. */
export interface SpanOptions {
  /** Readings further apart are not bridged. */
  readonly bridgeMs: number
  /** Spans that do not count as covered. */
  readonly without?: readonly Span[]
  readonly sensor: Sensor
}

/**
 * Energy of a span in J by a trapezoid over readings that lie at the times which they stand for. Time without readings is charged at
 * the mean power of the rest.
 */
export function spanEnergy(
  points: readonly PowerPoint[],
  span: Span,
  { bridgeMs, without = [], sensor }: SpanOptions,
): SpanEnergy {
  const readings = inside(points, span)
  const covered = integrate(points, span, bridgeMs, without)
  // A sum of many pieces can differ from a full window by rounding.
  const coverage = Math.min(1, Math.round((covered.coveredMs / (span.endMs - span.startMs)) * 1e9) / 1e9)
  const energyJ = coverage === 0 ? 0 : covered.energyJ / coverage
  return {
    energyJ,
    coverage,
    samples: readings.length,
    intervalMs: medianIntervalMs(readings),
    terms: errorTerms(points, span, { energyJ, coveredMs: covered.coveredMs }, sensor),
  }
}
