import { type Measured, measured, missing } from '../../record/measured.ts'
import type { WallRow } from '../../record/rows.ts'
import type { WallDelay, WallSource, WallTrial } from '../../record/schema/wall.ts'
import { counterIncrease } from '../counter.ts'
import { combineTerms, type ErrorTerms, errorTerms, type Sensor } from '../error-bar.ts'
import { inOrder, longestBridgeMs, type PowerPoint, type Span } from '../power-series.ts'
import { spanEnergy } from '../span-energy.ts'
import { COVERAGE_INVALID } from '../window-energy.ts'
import { counterPower, unwrapped } from './counters.ts'

/** A delay that could not be measured is taken as up to this. */
const UNKNOWN_DELAY_MS = 5000
/** A coarser reading than this is no step of the display but a change of the load. */
const MAX_RESOLUTION_W = 10

/** One domain of a source: its power at the times which it stands for, and its energy over a span where it is a counter. */
interface Domain {
  readonly points: readonly PowerPoint[]
  readonly counterJ: ((span: Span) => number | string) | null
}

/** The readings of a source, moved back by its delay. */
export interface SourceSeries {
  readonly source: WallSource
  readonly sensor: Sensor
  readonly domains: readonly Domain[]
}

/**
 * The counted domains of a source. Counters are read at a moment and have no delay. Without a known delay readings stay where they are,
 * and the error of the edges grows to what an unknown delay may cost.
 */
export function sourceSeries(source: WallSource, rows: readonly WallRow[], delay: WallDelay | null): SourceSeries {
  const own = rows.filter((row) => row.source === source.source)
  const shiftMs = delay?.delayMs ?? 0
  const ageMs = delay === null ? 2 * UNKNOWN_DELAY_MS : 2 * delay.halfWidthMs + source.intervalMs
  const averagingMs = delay?.averagingMs ?? source.statedAveragingMs ?? 0
  const domains = source.domains
    .filter(({ counted }) => counted)
    .map(({ domain, rangeUj }): Domain => {
      const readings = own.filter((row) => row.domain === domain)
      const counter = unwrapped(readings, rangeUj ?? null)
      if (counter !== null) {
        const joules = (span: Span) => {
          const increase = counterIncrease(counter, span, domain)
          return typeof increase === 'string' ? increase : increase / 1e6
        }
        return { points: counterPower(counter), counterJ: joules }
      }
      const points = readings.flatMap(({ timeMs, powerW }) =>
        powerW === null ? [] : [{ timeMs: timeMs - shiftMs, powerW }],
      )
      return { points: inOrder(points), counterJ: null }
    })
  return { source, sensor: { gainShare: source.gainShare, averagingMs, ageMs }, domains }
}

/** Energy of a source over the window of a trial, with the terms of its error; missing with the reason, never in part. */
export function sourceTrial(series: SourceSeries, trial: number, window: Span | null): WallTrial {
  if (window === null) return withoutEnergy(trial, missing('the trial has no steady window'))
  if (series.domains.length === 0) return withoutEnergy(trial, missing('the source has no reading'))
  const parts = series.domains.map((domain) => domainEnergy(domain, series, window))
  const reason = parts.find((part) => typeof part === 'string')
  const known = parts.filter((part) => typeof part !== 'string')
  if (reason !== undefined) return withoutEnergy(trial, missing(reason))
  const coverage = Math.min(...known.map((part) => part.coverage))
  const samples = known.reduce((sum, part) => sum + part.samples, 0)
  if (coverage < COVERAGE_INVALID) {
    const text = `readings cover ${(coverage * 100).toFixed(1)} % of the window; 95 % is required`
    return { ...withoutEnergy(trial, missing(text)), coverage, samples }
  }
  const energyJ = known.reduce((sum, part) => sum + part.energyJ, 0)
  return {
    trial,
    energyJ,
    meanPowerW: measured(energyJ / ((window.endMs - window.startMs) / 1000), 'the window has no length'),
    coverage,
    samples,
    errorTermsJ: {
      ...combineTerms(known.map((part) => part.terms)),
      resolution: Math.hypot(...known.map((part) => part.resolutionJ)),
    },
  }
}

/** Mean power of a source over spans without load, in W; missing under three readings. */
export function meanOver({ domains }: SourceSeries, spans: readonly Span[]): Measured {
  let powerW = 0
  for (const { points } of domains) {
    const seen = points.filter(({ timeMs }) => spans.some(({ startMs, endMs }) => timeMs >= startMs && timeMs <= endMs))
    if (seen.length < MIN_IDLE_READINGS) return missing('too few readings without load')
    powerW += seen.reduce((sum, point) => sum + point.powerW, 0) / seen.length
  }
  return domains.length === 0 ? missing('the source has no reading') : powerW
}

const MIN_IDLE_READINGS = 3

interface DomainEnergy {
  readonly energyJ: number
  readonly coverage: number
  readonly samples: number
  readonly terms: ErrorTerms
  readonly resolutionJ: number
}

function domainEnergy(
  { points, counterJ }: Domain,
  { source, sensor }: SourceSeries,
  window: Span,
): DomainEnergy | string {
  if (points.length < 2) return 'the source has fewer than two readings'
  if (counterJ !== null) return counted(points, counterJ(window), { source, sensor }, window)
  const bridgeMs = longestBridgeMs(points, source.intervalMs, Number.POSITIVE_INFINITY)
  const found = spanEnergy(points, window, { bridgeMs, sensor })
  const lengthS = (window.endMs - window.startMs) / 1000
  return { ...found, resolutionJ: (resolutionOf(points) / Math.sqrt(12)) * lengthS }
}

/** A counter knows the energy between two readings; only its edges are interpolated. */
function counted(
  points: readonly PowerPoint[],
  energyJ: number | string,
  { source, sensor }: Pick<SourceSeries, 'source' | 'sensor'>,
  window: Span,
): DomainEnergy | string {
  if (typeof energyJ === 'string') return energyJ
  const covered = { energyJ, coveredMs: window.endMs - window.startMs }
  const terms = errorTerms(points, window, covered, { ...sensor, averagingMs: source.intervalMs, ageMs: 0 })
  const samples = points.filter(({ timeMs }) => timeMs >= window.startMs && timeMs <= window.endMs).length
  return { energyJ, coverage: 1, samples, terms: { ...terms, sampling: 0 }, resolutionJ: 0 }
}

/** The smallest step between two readings of a source, in W: a mean may be off by its uniform spread. */
function resolutionOf(points: readonly PowerPoint[]): number {
  const distinct = [...new Set(points.map(({ powerW }) => powerW))].toSorted((a, b) => a - b)
  const steps = distinct.slice(1).map((value, index) => value - (distinct[index] as number))
  return Math.min(MAX_RESOLUTION_W, ...steps)
}

const withoutEnergy = (trial: number, none: ReturnType<typeof missing>): WallTrial => ({
  trial,
  energyJ: none,
  meanPowerW: none,
  coverage: null,
  samples: 0,
  errorTermsJ: {},
})
