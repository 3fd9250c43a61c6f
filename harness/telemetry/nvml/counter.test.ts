import { describe, expect, it } from 'vitest'
import type { Clock } from '../../clock.ts'
import type { CounterRow } from '../../record/rows.ts'
import { type Koffi, openCounterLibrary } from './counter-library.ts'
import { watchCounter } from './counter-watch.ts'
import { type CounterResult, faultOf } from './states.ts'

/** A koffi whose library answers from these functions. */
const koffiOf =
  (functions: Record<string, (...args: never[]) => number>): (() => Promise<Koffi>) =>
  async () => ({
    load: () => ({
      func: (prototype) => {
        const name = /int (\w+)\(/.exec(prototype)?.[1] ?? ''
        const call = functions[name]
        if (!call) throw new Error(`Cannot find function '${name}' in shared library`)
        return call as (...args: unknown[]) => number
      },
    }),
  })
const well = {
  nvmlInit_v2: () => 0,
  nvmlDeviceGetHandleByUUID: (uuid: string, out: unknown[]) => {
    out[0] = uuid
    return 0
  },
  nvmlDeviceGetTotalEnergyConsumption: (device: string, out: unknown[]) => {
    out[0] = device === 'GPU-b' ? 2n ** 53n + 2n : 5000
    return 0
  },
}
const open = (functions: Record<string, (...args: never[]) => number>) =>
  openCounterLibrary('libnvidia-ml.so.1', ['GPU-a', 'GPU-b'], koffiOf(functions))

describe('openCounterLibrary', () => {
  it('reads every card, also beyond 2^53', async () => {
    const library = await open(well)
    expect('read' in library && library.read()).toEqual({
      state: 'ok',
      energyMj: { 'GPU-a': 5000, 'GPU-b': 2 ** 53 + 2 },
    })
  })

  it('names what is missing', async () => {
    const without = await openCounterLibrary('x', [], () => Promise.reject(new Error("Cannot find package 'koffi'")))
    expect(without).toMatchObject({ state: 'no-koffi' })
    const { nvmlDeviceGetTotalEnergyConsumption: _, ...older } = well
    expect(await open(older)).toMatchObject({ state: 'no-library', reason: expect.stringContaining('TotalEnergy') })
    expect(await open({ ...well, nvmlInit_v2: () => 9 })).toMatchObject({ state: 'driver-not-loaded' })
    expect(await open({ ...well, nvmlDeviceGetHandleByUUID: () => 6 })).toMatchObject({ state: 'failed' })
    const unsupported = await open({ ...well, nvmlDeviceGetTotalEnergyConsumption: () => 3 })
    expect('read' in unsupported && unsupported.read()).toMatchObject({ state: 'not-supported' })
    expect(faultOf(77)).toEqual({ state: 'failed', reason: 'NVML failed (NVML code 77)' })
  })

  it('reads the other cards where one has no counter, is lost, or is a MIG slice', async () => {
    const mixed = {
      ...well,
      nvmlDeviceGetHandleByUUID: (uuid: string, out: unknown[]) => {
        out[0] = uuid
        return uuid === 'GPU-lost' ? 15 : 0
      },
      nvmlDeviceGetTotalEnergyConsumption: (device: string, out: unknown[]) => {
        out[0] = 5000
        return device === 'GPU-gt710' ? 3 : 0
      },
    }
    const uuids = ['GPU-gt710', 'GPU-a', 'MIG-b', 'GPU-lost']
    const library = await openCounterLibrary('libnvidia-ml.so.1', uuids, koffiOf(mixed))
    expect('read' in library && library.read()).toEqual({
      state: 'ok',
      energyMj: { 'GPU-a': 5000 },
      without: {
        'GPU-gt710': { state: 'not-supported', reason: 'this card has no energy counter (NVML code 3)' },
        'MIG-b': { state: 'not-supported', reason: 'a MIG slice has no counter' },
        'GPU-lost': { state: 'failed', reason: 'the card fell off the bus (NVML code 15)' },
      },
    })
    const slice = await openCounterLibrary('libnvidia-ml.so.1', ['MIG-b'], koffiOf(mixed))
    expect(slice).toEqual({ state: 'not-supported', reason: 'a MIG slice has no counter' })
  })

  it.each([
    [16, 'failed', 'requires a reset'],
    [17, 'no-permission', 'operating system blocks'],
    [999, 'failed', 'unknown error of the driver'],
  ])('has words for code %i', (code, state, words) => {
    expect(faultOf(code)).toMatchObject({ state, reason: expect.stringContaining(words) })
  })
})

describe('watchCounter', () => {
  const ticking = (): Clock => {
    let now = 1000
    const pass = (ms: number): number => {
      now += ms
      return now
    }
    return { nowMs: () => pass(10), wall: () => new Date(0), sleep: async (ms) => void pass(ms) }
  }
  const played = (results: readonly CounterResult[]) => {
    const left = [...results]
    return { read: async () => left.shift() ?? ({ state: 'hung', reason: 'no more' } as const), close: () => {} }
  }
  const ok = (energyMj: number): CounterResult => ({ state: 'ok', energyMj: { 'GPU-a': energyMj } })

  it('reads once per second, continues after a reset and ends with any other fault', async () => {
    const rows: CounterRow[] = []
    const reset = { state: 'counter-reset', reason: 'went back' } as const
    const watch = watchCounter(played([ok(1), ok(2), reset, ok(3)]), ticking(), 1000, (row) => rows.push(row))
    await new Promise((resolve) => setImmediate(resolve))
    expect(await watch.stop()).toMatchObject({ state: 'hung' })
    expect(rows.map(({ energyMj }) => energyMj)).toEqual([1, 2, 3])
    expect(rows[1]!.timeMs - rows[0]!.timeMs).toBe(1020)
  })
})
