import { describe, expect, it } from 'vitest'
import type { Clock } from '../../clock.ts'
import { changeIntervalMs } from '../../energy/sensor/sensor-metrics.ts'
import type { EnergyCounter } from '../nvml/counter.ts'
import type { LoopEnd, StartLoop } from '../sampler/smi-loop.ts'
import { smiFailure } from '../smi/failures.ts'
import { sensorChecks } from './checks-sensor.ts'
import { type ProbeOptions, probeSensor } from './sensor-probe.ts'

interface Sensor {
  readonly updateMs: number
  readonly instantUpdateMs: number
  readonly averagingMs: number
  readonly gain: number
  /** Factor of power.draw.instant; that of power.draw is 1. */
  readonly instantGain?: number
  /** Power under load in W; idle is 20 W. */
  readonly loadW: (timeMs: number) => number
}
const ada: Sensor = {
  updateMs: 100,
  instantUpdateMs: 100,
  averagingMs: 1000,
  gain: 1,
  loadW: (timeMs) => 400 + 10 * Math.sin(timeMs / 70),
}

/** A box in virtual time: sleeping prints a row every 21 ms through the sensor, and the counter counts true joules. */
function box(sensor: Sensor): Omit<ProbeOptions, 'load'> & { load: () => Promise<void>; counter: EnergyCounter } {
  const startMs = 1_800_000_000_000
  let now = startMs
  let loadAtMs = Number.POSITIVE_INFINITY
  let print: (() => void) | null = null
  const powerW = (timeMs: number): number => (timeMs < loadAtMs ? 20 : sensor.loadW(timeMs))
  const meanW = (endMs: number, overMs: number): number => {
    let sum = 0
    for (let at = endMs - overMs; at < endMs; at += 10) sum += powerW(at)
    return (sum / (overMs / 10)) * sensor.gain
  }
  const read = (updateMs: number, overMs: number, factor = 1) =>
    (factor * meanW(Math.floor(now / updateMs) * updateMs, overMs)).toFixed(2)
  const clock: Clock = {
    nowMs: () => now,
    wall: () => new Date(now),
    sleep: async (ms, signal) => {
      // The watch over the child sleeps too: it must not move time.
      if (signal) return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      const endMs = now + ms
      while (now + 21 < endMs) {
        now += 21
        print?.()
      }
      now = endMs
    },
  }
  const startLoop: StartLoop = (args, onLine) => {
    const fields = (args[0] ?? '').replace('--query-gpu=', '').split(',')
    const ended = Promise.withResolvers<LoopEnd>()
    const end = () => ended.resolve({ returnCode: 0, signal: 'SIGTERM', startError: null, stderr: '', tail: '' })
    print = () => {
      const iso = new Date(now).toISOString()
      const values: Record<string, string> = {
        timestamp: `${iso.slice(0, 10).replaceAll('-', '/')} ${iso.slice(11, 23)}`,
        uuid: 'GPU-a',
        'power.draw': read(sensor.updateMs, sensor.averagingMs),
        'power.draw.instant': read(sensor.instantUpdateMs, 100, sensor.instantGain),
      }
      onLine(fields.map((field) => values[field] ?? '[N/A]').join(', '), now)
    }
    print()
    return { ended: ended.promise, kill: end, stop: async () => end() }
  }
  const energyMj = (): number => {
    let sum = 0
    for (let at = startMs; at < now; at += 10) sum += powerW(at) * 10
    return 5e9 + sum
  }
  return {
    nvidiaSmi: 'nvidia-smi',
    clock,
    startLoop,
    exec: async () => ({ kind: 'failed', absent: false, ...smiFailure('other', 'no help') }),
    counter: { read: async () => ({ state: 'ok', energyMj: { 'GPU-a': energyMj() } }), close: () => {} },
    load: async () => {
      loadAtMs = now
    },
  }
}
const probe = async (over: Partial<Sensor>) => {
  const result = await probeSensor(box({ ...ada, ...over }))
  if (result.kind === 'failed') throw new Error(result.reason)
  return { figures: result.cards[0]!, checks: sensorChecks(result).map(({ id, status }) => [id, status]) }
}

describe('probeSensor', () => {
  it('finds update period and averaging window of the sensor, and both energies alike', async () => {
    const { figures, checks } = await probe({})
    expect(figures.updateMs).toBeGreaterThan(80)
    expect(figures.updateMs).toBeLessThan(120)
    expect(figures.riseMs).toBeGreaterThan(700)
    expect(figures.riseMs).toBeLessThan(900)
    expect(figures.minPowerW).toBe(20)
    expect((figures.trapezoidJ ?? 0) / (figures.counterJ ?? 1)).toBeCloseTo(1, 1)
    expect(checks).toEqual([
      ['sensor', 'pass'],
      ['energy-counter', 'pass'],
    ])
  })

  it('sees an instant value that changes twice per second, and a slow sensor', async () => {
    expect((await probe({ instantUpdateMs: 500 })).figures.instantUpdateMs).toBeCloseTo(500, -2)
    const slow = await probe({ updateMs: 500 })
    expect(slow.checks[0]).toEqual(['sensor', 'warn'])
  })

  it('warns of a sensor that does not move with the load, and of two sources apart', async () => {
    expect((await probe({ loadW: () => 21 })).checks[0]).toEqual(['sensor', 'warn'])
    expect((await probe({ gain: 0.9 })).checks[1]).toEqual(['energy-counter', 'warn'])
  })

  it('does not believe two readings of one sensor that are far apart', async () => {
    const apart = async (instantGain: number) => {
      const result = await probeSensor(box({ ...ada, instantGain }))
      return sensorChecks(result)[0]
    }
    expect((await apart(1.05))?.status).toBe('pass')
    expect(await apart(1.15)).toMatchObject({ status: 'warn', fix: expect.stringContaining('would be false') })
    expect(await apart(1.6)).toMatchObject({
      status: 'fail',
      read: expect.stringMatching(/under load power\.draw \d+ W, power\.draw\.instant \d+ W/),
    })
  })

  it('names the card without a counter, though others have one', async () => {
    const reason = 'this card has no energy counter (NVML code 3)'
    const counter = {
      read: async () => ({
        state: 'ok' as const,
        energyMj: { 'GPU-other': 1 },
        without: { 'GPU-a': { state: 'not-supported' as const, reason } },
      }),
      close: () => {},
    }
    const result = await probeSensor({ ...box(ada), counter })
    expect(sensorChecks(result)[1]).toMatchObject({ status: 'not-measured', read: `not-supported: ${reason}`, fix: '' })
  })

  it('says why when load, sampler or counter fail', async () => {
    const broken = await probeSensor({ ...box(ada), load: () => Promise.reject(new Error('connection refused')) })
    expect(broken).toEqual({ kind: 'failed', reason: 'the load failed: connection refused' })
    expect(sensorChecks(broken).map(({ status }) => status)).toEqual(['not-measured', 'not-measured'])
    const without = await probeSensor({ ...box(ada), counter: null })
    expect(sensorChecks(without)[1]).toMatchObject({
      status: 'not-measured',
      read: expect.stringContaining('not-supported'),
    })
    const dead: StartLoop = () => ({
      ended: Promise.resolve({ returnCode: 9, signal: null, startError: null, stderr: '', tail: '' }),
      kill: () => {},
      stop: async () => {},
    })
    expect(await probeSensor({ ...box(ada), startLoop: dead })).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('not loaded'),
    })
    expect(sensorChecks(null).map(({ fix }) => fix)).toEqual([
      'joulemark doctor --endpoint URL',
      'joulemark doctor --endpoint URL',
    ])
  })

  it('has no update period for a value that never changes', () => {
    expect(changeIntervalMs([], 'powerW')).toBeNull()
  })
})
