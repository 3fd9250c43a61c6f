import { seededRandom } from '../plan/random.ts'
import type { GpuRow } from '../record/rows.ts'
import { cumulativeOf, type Trace } from './energy-trace.ts'

/** The board's power sensor and the sampler behind it. */
export interface SensorModel {
  /** A reading is the mean of the power over this long: 1 s for `power.draw` on Ada and later. */
  readonly averagingMs: number
  /** A new reading appears this often. */
  readonly updateMs: number
  /** Reading / truth. */
  readonly gain: number
  /** The sampler's sleep between two queries. */
  readonly intervalMs: number
  /** A query takes 1 ms and up to this much more, so the grid drifts. */
  readonly jitterMs: number
  /** Share of lost samples. */
  readonly dropped: number
}

export const adaSensor: SensorModel = {
  averagingMs: 1000,
  updateMs: 100,
  gain: 1,
  intervalMs: 200,
  jitterMs: 20,
  dropped: 0,
}

/** The rows of gpu.csv that a sampler reads from a trace through a sensor. Power is printed to 0.01 W, stamps to 1 ms. */
export function sampleTrace(trace: Trace, sensor: SensorModel, seed: number): GpuRow[] {
  const random = seededRandom(seed ^ 0x5e1f)
  const cumulative = cumulativeOf(trace)
  const phaseMs = sensor.updateMs * random()
  const rows: GpuRow[] = []
  for (
    let at = sensor.intervalMs * random();
    at < trace.endMs;
    at += sensor.intervalMs + 1 + sensor.jitterMs * random()
  ) {
    const updatedMs = Math.floor((at - phaseMs) / sensor.updateMs) * sensor.updateMs + phaseMs
    const meanW = (cumulative(updatedMs) - cumulative(updatedMs - sensor.averagingMs)) / (sensor.averagingMs / 1000)
    if (random() < sensor.dropped) continue
    rows.push(row(Math.round(at), Math.round(meanW * sensor.gain * 100) / 100))
  }
  return rows
}

const row = (timeMs: number, powerW: number): GpuRow => ({
  timeMs,
  arrivalMs: timeMs,
  uuid: 'GPU-bench',
  powerW,
  powerInstantW: null,
  memoryUsedMiB: 20_000,
  utilizationGpuPct: 97,
  utilizationMemoryPct: 60,
  smClockMHz: 2700,
  memClockMHz: 10_501,
  temperatureC: 60,
  pstate: 'P2',
  eventReasons: '0x0000000000000004',
})
