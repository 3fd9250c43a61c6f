import type { Clock } from '../../clock.ts'
import { changeIntervalMs, meanBetween, riseMs, trapezoidJ } from '../../energy/sensor/sensor-metrics.ts'
import { messageOf } from '../../errors.ts'
import type { GpuRow } from '../../record/rows.ts'
import type { EnergyCounter } from '../nvml/counter.ts'
import type { CounterResult } from '../nvml/states.ts'
import { startSampler } from '../sampler/sampler.ts'
import type { StartLoop } from '../sampler/smi-loop.ts'
import type { LoopLimits } from '../sampler/watched-loop.ts'
import type { SmiExec } from '../smi/exec.ts'

/** Behaviour of the sensor of one card during a probe. */
export interface SensorMetrics {
  readonly uuid: string
  readonly samples: number
  readonly minPowerW: number | null
  readonly maxPowerW: number | null
  /** Typical time between two changes of the value, which is the update period. Null when it never changed. */
  readonly updateMs: number | null
  readonly instantUpdateMs: number | null
  /** 10 % to 90 % of the rise from idle to load: 0.8 of the averaging window. Null without a clear step. */
  readonly riseMs: number | null
  /** Mean of power.draw and of power.draw.instant under full load, in W. */
  readonly loadPowerW: number | null
  readonly loadInstantW: number | null
  /** Energy of the probe in J by the trapezoid and by the counter, over the same span. */
  readonly trapezoidJ: number | null
  readonly counterJ: number | null
}

export type ProbeResult =
  | { readonly kind: 'ok'; readonly cards: readonly SensorMetrics[]; readonly counter: CounterResult }
  | { readonly kind: 'failed'; readonly reason: string }

export interface ProbeOptions {
  readonly nvidiaSmi: string
  readonly clock: Clock
  /** Loads the card until the signal aborts; resolves when the load has ended. */
  readonly load: (signal: AbortSignal) => Promise<void>
  readonly counter: EnergyCounter | null
  readonly exec: SmiExec
  readonly startLoop?: StartLoop
  readonly limits?: LoopLimits
  /** Cards to name in the query; all unless given. */
  readonly uuids?: readonly string[]
  readonly idleMs?: number
  readonly loadMs?: number
}

/** Much shorter than the sensor's update period, so that each change is dated closely. */
const PROBE_INTERVAL_MS = 20
const IDLE_MS = 2000
const LOAD_MS = 5000
/** Share of the load phase in which the sensor follows the step: 1.5 s of 5 s. */
const RAMP_SHARE = 0.3

/**
 * Samples at 20 ms over 2 s of idle and 5 s of load: how often the sensor's value changes, how long it takes to follow,
 * and whether the energy counter agrees with the integral. `load` runs during the load phase. Never throws.
 */
export async function probeSensor(options: ProbeOptions): Promise<ProbeResult> {
  const { clock, counter, idleMs = IDLE_MS, loadMs = LOAD_MS } = options
  const rows: GpuRow[] = []
  const originMs = clock.nowMs()
  const stop = new AbortController()
  const absent: CounterResult = { state: 'not-supported', reason: 'the counter was not opened' }
  const read = async () => ({ timeMs: clock.nowMs() - originMs, result: (await counter?.read()) ?? absent })
  try {
    const sampler = await startSampler({
      nvidiaSmi: options.nvidiaSmi,
      intervalMs: PROBE_INTERVAL_MS,
      clock,
      originMs,
      onRow: (row) => rows.push(row),
      exec: options.exec,
      ...(options.startLoop ? { startLoop: options.startLoop } : {}),
      ...(options.limits ? { limits: options.limits } : {}),
      ...(options.uuids ? { uuids: options.uuids } : {}),
    })
    let failure: string | null = null
    try {
      await clock.sleep(idleMs)
      const stepMs = clock.nowMs() - originMs
      const loading = options.load(stop.signal).catch((error: unknown) => {
        failure = messageOf(error)
      })
      // both sources are compared at full load only, because the sensor's mean lags behind the step
      await clock.sleep(loadMs * RAMP_SHARE)
      const before = await read()
      await clock.sleep(loadMs * (1 - RAMP_SHARE))
      const after = await read()
      stop.abort()
      await loading
      await sampler.stop()
      if (failure !== null) return { kind: 'failed', reason: `the load failed: ${failure}` }
      return { kind: 'ok', counter: after.result, cards: metricsOf(rows, stepMs, before, after) }
    } finally {
      stop.abort()
      await sampler.stop()
    }
  } catch (error) {
    return { kind: 'failed', reason: messageOf(error) }
  }
}

type Reading = { readonly timeMs: number; readonly result: CounterResult }

function metricsOf(rows: readonly GpuRow[], stepMs: number, before: Reading, after: Reading): SensorMetrics[] {
  return [...new Set(rows.map(({ uuid }) => uuid))].map((uuid) => {
    const cardRows = rows.filter((row) => row.uuid === uuid).toSorted((a, b) => a.timeMs - b.timeMs)
    const powers = cardRows.map(({ powerW }) => powerW).filter((value) => value !== null)
    const counted =
      before.result.state === 'ok' && after.result.state === 'ok'
        ? ((after.result.energyMj[uuid] ?? Number.NaN) - (before.result.energyMj[uuid] ?? Number.NaN)) / 1000
        : Number.NaN
    return {
      uuid,
      samples: cardRows.length,
      minPowerW: powers.length === 0 ? null : Math.min(...powers),
      maxPowerW: powers.length === 0 ? null : Math.max(...powers),
      updateMs: changeIntervalMs(cardRows, 'powerW'),
      instantUpdateMs: changeIntervalMs(cardRows, 'powerInstantW'),
      riseMs: riseMs(cardRows, stepMs),
      loadPowerW: meanBetween(cardRows, 'powerW', before.timeMs, after.timeMs),
      loadInstantW: meanBetween(cardRows, 'powerInstantW', before.timeMs, after.timeMs),
      trapezoidJ: trapezoidJ(cardRows, before.timeMs, after.timeMs),
      counterJ: Number.isFinite(counted) && counted > 0 ? counted : null,
    }
  })
}
