import { expect, test } from 'vitest'
import type { Clock } from '../../harness/clock.ts'
import { proofLengths } from '../../harness/prove/budget.ts'
import { claimsOf } from '../../harness/prove/judge.ts'
import { sensorFindings } from '../../harness/prove/sensor-findings.ts'
import type { EnergyCounter } from '../../harness/telemetry/nvml/counter.ts'
import type { LoopEnd, StartLoop } from '../../harness/telemetry/sampler/smi-loop.ts'
import { smiFailure } from '../../harness/telemetry/smi/failures.ts'
import { cumulativeOf } from '../../harness/testing/energy-trace.ts'
import { madeFindings } from '../../harness/testing/proof-builder.ts'
import { sampleSensor } from './sensor-step.ts'
import type { LoadStage } from './stage.ts'

/** Behaviour of a card and its sensor in virtual time. */
interface Sensor {
  readonly averagingMs: number
  readonly updateMs: number
  readonly gain: number
}
const ada: Sensor = { averagingMs: 1000, updateMs: 100, gain: 1 }
const [IDLE_W, LOAD_W] = [20, 430]

/** A machine in virtual time: whoever sleeps moves it, a row of nvidia-smi every 21 ms, and the counter counts true joules. */
function machine(sensor: Sensor, over: { readonly hasCounter?: boolean } = {}) {
  const startMs = 1_800_000_000_000
  let now = startMs
  const pieces = [{ startMs: startMs - 20_000, powerW: IDLE_W }]
  const cumulative = () => cumulativeOf({ kind: 'constant', pieces, windowStartMs: 0, windowEndMs: 0, endMs: 0 })
  let print: (() => void) | null = null
  const advance = (untilMs: number): void => {
    while (now + 21 < untilMs) {
      now += 21
      print?.()
    }
    now = Math.max(now, untilMs)
  }
  const clock: Clock = {
    nowMs: () => now,
    wall: () => new Date(now),
    sleep: async (ms, signal) => {
      // the watch over the child sleeps too, for a second at most: it must not move time
      if (signal && ms <= 1000) {
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      }
      advance(now + ms)
    },
  }
  const startLoop: StartLoop = (args, onLine) => {
    const fields = (args[0] ?? '').replace('--query-gpu=', '').split(',')
    const ended = Promise.withResolvers<LoopEnd>()
    const end = () => ended.resolve({ returnCode: 0, signal: 'SIGTERM', startError: null, stderr: '', tail: '' })
    print = () => {
      const iso = new Date(now).toISOString()
      const energy = cumulative()
      const atMs = Math.floor(now / sensor.updateMs) * sensor.updateMs
      const meanW = (energy(atMs) - energy(atMs - sensor.averagingMs)) / (sensor.averagingMs / 1000)
      const values: Record<string, string> = {
        timestamp: `${iso.slice(0, 10).replaceAll('-', '/')} ${iso.slice(11, 23)}`,
        uuid: 'GPU-a',
        // a sensor is never still
        'power.draw': (sensor.gain * meanW + 0.3 * Math.sin(atMs / 70)).toFixed(2),
      }
      onLine(fields.map((field) => values[field] ?? '[N/A]').join(', '), now)
    }
    print()
    return { ended: ended.promise, kill: end, stop: async () => end() }
  }
  const counter: EnergyCounter = {
    read: async () => ({ state: 'ok', energyMj: { 'GPU-a': 1e9 + 1000 * cumulative()(now) } }),
    close: () => undefined,
  }
  const set = (powerW: number) => pieces.push({ startMs: now, powerW })
  const stage: LoadStage = {
    nvidiaSmi: 'nvidia-smi',
    hasCounter: over.hasCounter ?? true,
    close: async () => undefined,
    play: async (pattern, onEdge, signal) => {
      if (pattern.kind === 'steady') {
        set(LOAD_W)
        onEdge({ on: true, timeMs: now })
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
        set(IDLE_W)
        return
      }
      for (let at = 0; at < pattern.seconds * 1000; at += pattern.periodMs) {
        set(LOAD_W)
        onEdge({ on: true, timeMs: now })
        await Promise.resolve()
        await Promise.resolve()
        advance(now + pattern.periodMs / 2)
        set(IDLE_W)
        onEdge({ on: false, timeMs: now })
        advance(now + pattern.periodMs / 2)
      }
    },
  }
  return { clock, stage, startLoop, openCounter: async () => ({ counter, first: await counter.read() }) }
}

async function probed(sensor: Sensor, over: { readonly hasCounter?: boolean } = {}) {
  const { clock, stage, startLoop, openCounter } = machine(sensor, over)
  const samples = await sampleSensor({
    ...{ clock, stage, startLoop, openCounter, nvidiaSmi: 'nvidia-smi', uuid: 'GPU-a' },
    lengths: proofLengths(true),
    signal: new AbortController().signal,
    exec: async () => ({ kind: 'failed', absent: false, ...smiFailure('other', 'no help') }),
  })
  return sensorFindings(samples)
}
const statusesOf = (sensor: Awaited<ReturnType<typeof probed>>) =>
  Object.fromEntries(claimsOf(madeFindings({ sensor, runs: [] })).map(({ id, status }) => [id, status]))

test('a sensor as on Ada: period and window are found, both energies agree in all three loads, and the claims are proved', async () => {
  const found = await probed(ada)
  expect(found.updateMs).toBeGreaterThan(80)
  expect(found.updateMs).toBeLessThan(130)
  expect(Math.abs((found.window?.windowMs ?? 0) - 1000)).toBeLessThanOrEqual(30)
  expect(found.phases.map(({ id }) => id)).toEqual(['idle', 'steady', 'square'])
  for (const { id, differenceShare } of found.phases) expect(Math.abs(differenceShare ?? 1), id).toBeLessThan(0.015)
  expect(found.switched.length).toBeGreaterThan(50)
  // from before the first edge, with the load off
  expect(found.switched[0]?.[0]).toBeLessThan(-400)
  expect(found.switched[0]?.[1]).toBeLessThan(IDLE_W + 5)
  expect(statusesOf(found)).toMatchObject({
    'sensor-period': 'proved',
    'averaging-window': 'proved',
    'energy-agreement': 'proved',
    'power-limit': 'proved',
  })
})

test('a sensor with a window of 25 ms and a gain of 0.9 contradicts two claims', async () => {
  const found = await probed({ averagingMs: 25, updateMs: 100, gain: 0.9 })
  expect(statusesOf(found)).toMatchObject({ 'averaging-window': 'contradicted', 'energy-agreement': 'contradicted' })
  expect(found.phases.find(({ id }) => id === 'steady')?.differenceShare).toBeCloseTo(-0.1, 2)
})

test('without a counter the energies are not compared, and the reason is kept', async () => {
  const found = await probed(ada, { hasCounter: false })
  expect(found.counterReason).toBe('the simulator has no energy counter')
  expect(found.phases.every(({ counterJ }) => counterJ === null)).toBe(true)
  expect(statusesOf(found)['energy-agreement']).toBe('not-proved')
})
