import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../plan/random.ts'
import { adaSensor, type SensorModel, sampleTrace } from '../../testing/energy-sensor.ts'
import { cumulativeOf, makeTrace, type Trace } from '../../testing/energy-trace.ts'
import { powerSeries, type Span } from '../power-series.ts'
import { fitWindow, freshReadings, isWindow, type WindowFit } from './averaging-window.ts'
import { phaseEnergy } from './phase-energy.ts'
import { changeIntervalMs } from './sensor-metrics.ts'

/** No multiple of an update period: the edges fall on all phases of the updates. */
const [PERIOD_MS, PERIODS, FIRST_MS] = [2170, 12, 3000] as const

/** A load that is on for half of each period, with the ripple of its kernels. */
function squareTrace(idleW: number, loadW: number, seed: number): { trace: Trace; on: Span[] } {
  const random = seededRandom(seed)
  const on = Array.from({ length: PERIODS }, (_, at) => {
    const startMs = FIRST_MS + at * PERIOD_MS
    return { startMs, endMs: startMs + PERIOD_MS / 2 }
  })
  const pieces = [{ startMs: -10_000, powerW: idleW }]
  for (const { startMs, endMs } of on) {
    for (let at = startMs; at < endMs; at += 50)
      pieces.push({ startMs: at, powerW: loadW * (1 + 0.04 * (random() - 0.5)) })
    pieces.push({ startMs: endMs, powerW: idleW })
  }
  const windowEndMs = FIRST_MS + PERIODS * PERIOD_MS
  return { trace: { kind: 'constant', pieces, windowStartMs: FIRST_MS, windowEndMs, endMs: windowEndMs + 3000 }, on }
}

const fastSampler: SensorModel = { ...adaSensor, intervalMs: 20, jitterMs: 5 }
const fitted = (sensor: SensorModel, seed = 1): WindowFit | string => {
  const { trace, on } = squareTrace(40, 380, seed)
  const points = powerSeries(sampleTrace(trace, sensor, seed), 'GPU-bench', 'powerW', 0)
  return fitWindow(freshReadings(points, sensor.updateMs), on)
}
const windowOf = (sensor: SensorModel, seed?: number): WindowFit => {
  const found = fitted(sensor, seed)
  if (typeof found === 'string') throw new Error(found)
  return found
}

describe('averaging window of a sensor, from a load that is switched', () => {
  test.each([25, 100, 500, 1000])('a mean over %d ms is found within 20 ms, whatever the seed', (averagingMs) => {
    for (const seed of [1, 2, 3]) {
      const found = windowOf({ ...fastSampler, averagingMs }, seed)
      expect(Math.abs(found.windowMs - averagingMs)).toBeLessThanOrEqual(20)
      expect(found.delayMs).toBeLessThanOrEqual(50)
      expect(isWindow(found)).toBe(true)
    }
  })

  test.each([300, 500, 700, 900])('an exponential filter of %d ms has no window, though one fits best', (tauMs) => {
    const on = Array.from({ length: PERIODS }, (_, at) => {
      const startMs = FIRST_MS + at * PERIOD_MS
      return { startMs, endMs: startMs + PERIOD_MS / 2 }
    })
    const points = []
    let powerW = 40
    for (let timeMs = 0; timeMs < FIRST_MS + (PERIODS + 1) * PERIOD_MS; timeMs += 1) {
      const isOn = on.some(({ startMs, endMs }) => timeMs >= startMs && timeMs < endMs)
      powerW += ((isOn ? 380 : 40) - powerW) / tauMs
      if (timeMs % 100 === 0) points.push({ timeMs, powerW })
    }
    const found = fitWindow(points, on) as WindowFit
    expect(found.windowMs).toBeGreaterThan(tauMs)
    expect(isWindow(found)).toBe(false)
  })

  test('the levels are those of the load, scaled by the gain of the sensor', () => {
    const found = windowOf({ ...fastSampler, gain: 0.9 })
    expect(found.lowW).toBeCloseTo(36, -1)
    expect(found.highW).toBeCloseTo(342, -1)
  })

  test('a sensor that is updated twice per second shows its period, and its window no wider', () => {
    const { trace } = squareTrace(40, 380, 1)
    const slow = { ...fastSampler, updateMs: 500 }
    expect(changeIntervalMs(sampleTrace(trace, slow, 1), 'powerW')).toBeCloseTo(500, -2)
    expect(Math.abs(windowOf(slow).windowMs - 1000)).toBeLessThanOrEqual(20)
  })

  test('says why nothing can be fitted', () => {
    const { trace, on } = squareTrace(40, 50, 1)
    const points = powerSeries(sampleTrace(trace, fastSampler, 1), 'GPU-bench', 'powerW', 0)
    expect(fitWindow(points, on)).toMatch(/did not follow the load/)
    expect(fitWindow(points, [])).toMatch(/never on/)
    expect(fitWindow(points.slice(0, 9), on)).toMatch(/^9 readings/)
  })
})

describe('energy of a phase by both sources', () => {
  /** The counter counts true joules. */
  const counted = (trace: Trace, span: Span, factor = 1) => {
    const cumulative = cumulativeOf(trace)
    const at = (timeMs: number) => ({ timeMs, energyMj: 1000 * factor * (cumulative(timeMs) + 1e4) })
    return { span, before: at(span.startMs), after: at(span.endMs) }
  }

  test('they agree within 1 % at idle, under a steady load, and under one that is switched', () => {
    const { trace, on } = squareTrace(40, 380, 7)
    const rows = sampleTrace(trace, fastSampler, 7)
    const idle = phaseEnergy(rows, 'GPU-bench', counted(trace, { startMs: 1200, endMs: 2300 }), 500)
    expect(Math.abs(idle.differenceShare!)).toBeLessThan(0.01)
    expect(idle.meanPowerW).toBeCloseTo(40, 0)
    const span = { startMs: on[1]!.startMs, endMs: on.at(-1)!.startMs }
    expect(Math.abs(phaseEnergy(rows, 'GPU-bench', counted(trace, span), 550).differenceShare!)).toBeLessThan(0.01)
    const steady = makeTrace('constant', 20, 3)
    const { windowStartMs: startMs, windowEndMs: endMs } = steady
    const found = phaseEnergy(
      sampleTrace(steady, fastSampler, 3),
      'GPU-bench',
      counted(steady, { startMs, endMs }),
      500,
    )
    expect(Math.abs(found.differenceShare!)).toBeLessThan(0.01)
    expect(found.seconds).toBeCloseTo(20, 6)
  })

  test('a sensor that reads 8 % low shows as such', () => {
    const { trace, on } = squareTrace(40, 380, 7)
    const span = { startMs: on[1]!.startMs, endMs: on.at(-1)!.startMs }
    const rows = sampleTrace(trace, { ...fastSampler, gain: 0.92 }, 7)
    expect(phaseEnergy(rows, 'GPU-bench', counted(trace, span), 550).differenceShare).toBeCloseTo(-0.08, 2)
  })

  test('what is missing is null with its reason, never 0', () => {
    const { trace } = squareTrace(40, 380, 7)
    const rows = sampleTrace(trace, fastSampler, 7)
    const span = { startMs: 4000, endMs: 9000 }
    const without = phaseEnergy(rows, 'GPU-bench', { span, before: null, after: null }, 500)
    expect(without).toMatchObject({ counterJ: null, differenceShare: null, reason: 'the counter was not read' })
    expect(without.trapezoidJ).toBeGreaterThan(0)
    expect(phaseEnergy(rows, 'GPU-bench', counted(trace, span, 0), 500).reason).toBe('the counter did not change')
    expect(phaseEnergy([], 'GPU-bench', counted(trace, span), 500)).toMatchObject({
      trapezoidJ: null,
      reason: 'the samples of power do not cover the phase',
    })
  })
})
