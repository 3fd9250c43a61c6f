import { medianIntervalMs, type PowerPoint, powerSeries, type Span } from '../energy/power-series.ts'
import { fitWindow, freshReadings, isWindow, type WindowFit } from '../energy/sensor/averaging-window.ts'
import { type CounterReading, phaseEnergy } from '../energy/sensor/phase-energy.ts'
import { changeIntervalMs, meanBetween } from '../energy/sensor/sensor-metrics.ts'
import { SHIFT_MS } from '../energy/shift.ts'
import type { GpuRow } from '../record/rows.ts'
import type { ProofPhaseId, SensorFindings } from '../record/schema/proof.ts'

/** What was sampled of one card while it was idle, steadily loaded, and loaded on and off. Times in ms on one clock. */
export interface SensorSamples {
  readonly uuid: string
  readonly rows: readonly GpuRow[]
  readonly phases: readonly {
    readonly id: ProofPhaseId
    readonly span: Span
    readonly before: CounterReading | null
    readonly after: CounterReading | null
  }[]
  /** When the switched load was on. */
  readonly on: readonly Span[]
  /** Why the energy counter was not read; null where it was. */
  readonly counterReason: string | null
}

/** The square wave is fitted with what surrounds it, in ms. */
const AROUND_MS = 1500
/** Periods of the switched load that a chart shows. */
const SHOWN_PERIODS = 4
/** A chart needs no more points than this. */
const MOST_POINTS = 240

/** What the samples say about the sensor: update periods, averaging window, and the energy of each phase by both sources. */
export function sensorFindings({ uuid, rows, phases, on, counterReason }: SensorSamples): SensorFindings {
  const own = rows.filter((row) => row.uuid === uuid).toSorted((a, b) => a.timeMs - b.timeMs)
  const points = powerSeries(own, uuid, 'powerW', 0)
  const square = phases.find(({ id }) => id === 'square')
  const firstMs = on[0]?.startMs ?? square?.span.startMs ?? 0
  const steady = phases.find(({ id }) => id === 'steady')
  const around = square
    ? points.filter(({ timeMs }) => timeMs >= firstMs - AROUND_MS && timeMs <= square.span.endMs + AROUND_MS)
    : []
  const updateMs = changeIntervalMs(own, 'powerW')
  const fit = square ? fitWindow(freshReadings(around, updateMs ?? 0), on) : 'the load was not switched'
  const shiftMs =
    typeof fit === 'string' || !isWindow(fit) ? SHIFT_MS.powerW : fit.windowMs / 2 + fit.delayMs + (updateMs ?? 0) / 2
  const mean = steady ? meanBetween(own, 'powerW', steady.span.startMs, steady.span.endMs) : null
  const instant = steady ? meanBetween(own, 'powerInstantW', steady.span.startMs, steady.span.endMs) : null
  return {
    samples: own.length,
    sampleIntervalMs: medianIntervalMs(points),
    updateMs,
    instantUpdateMs: changeIntervalMs(own, 'powerInstantW'),
    window: typeof fit === 'string' ? null : fit,
    ...(typeof fit === 'string' ? { windowReason: fit } : {}),
    instantToMeanShare: mean !== null && mean > 0 && instant !== null ? instant / mean - 1 : null,
    phases: phases.map(({ id, ...phase }) => ({ id, ...phaseEnergy(own, uuid, phase, shiftMs) })),
    ...(counterReason === null ? {} : { counterReason }),
    switched: typeof fit === 'string' ? [] : shownPeriods(around, on, fit),
  }
}

/** The first periods as read and as the fit has them: ms since the first edge, W, W. */
function shownPeriods(
  points: readonly PowerPoint[],
  on: readonly Span[],
  { windowMs, delayMs, lowW, highW }: WindowFit,
): [number, number, number][] {
  const fromMs = on[0]?.startMs ?? 0
  const untilMs = on[SHOWN_PERIODS]?.startMs ?? on.at(-1)?.endMs ?? 0
  const shown = points.filter(({ timeMs }) => timeMs >= fromMs - AROUND_MS / 3 && timeMs <= untilMs)
  const every = Math.max(1, Math.ceil(shown.length / MOST_POINTS))
  return shown
    .filter((_, index) => index % every === 0)
    .map(({ timeMs, powerW }) => {
      const endMs = timeMs - delayMs
      const onMs = on.reduce(
        (sum, span) => sum + Math.max(0, Math.min(span.endMs, endMs) - Math.max(span.startMs, endMs - windowMs)),
        0,
      )
      const fitW = lowW + ((highW - lowW) * onMs) / windowMs
      return [Math.round(timeMs - fromMs), round(powerW), round(fitW)]
    })
}

const round = (value: number): number => Math.round(value * 10) / 10
