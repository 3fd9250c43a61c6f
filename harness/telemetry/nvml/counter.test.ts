import { execFileSync, fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Clock } from '../../clock.ts'
import type { CounterRow } from '../../record/rows.ts'
import { openEnergyCounter } from './counter.ts'
import { type Koffi, openCounterLibrary } from './counter-library.ts'
import { watchCounter } from './counter-watch.ts'
import { type CounterResult, faultOf } from './states.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'joulemark-nvml-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

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
    expect(faultOf(999)).toEqual({ state: 'failed', reason: 'NVML failed (NVML code 999)' })
  })
})

/** A child that plays NVML's part from a script, so that no library is needed. */
function playedBy(script: string) {
  const path = join(folder, `${Math.abs(script.length)}-${script.charCodeAt(20)}.mjs`)
  writeFileSync(path, script)
  return () => fork(path, { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
}
const answers = (...energies: number[]) => `
const energies = ${JSON.stringify(energies)}
process.on('message', ({ id }) => process.send({ id, result: { state: 'ok', energyMj: { 'GPU-a': energies.shift() } } }))`

describe('openEnergyCounter', () => {
  it('reads, and tells a counter that went back', async () => {
    const { counter, first } = await openEnergyCounter({ uuids: ['GPU-a'], start: playedBy(answers(1000, 2000, 5, 9)) })
    expect(first).toEqual({ state: 'ok', energyMj: { 'GPU-a': 1000 } })
    expect(await counter.read()).toMatchObject({ state: 'ok' })
    expect(await counter.read()).toMatchObject({ state: 'counter-reset', reason: expect.stringContaining('GPU-a') })
    expect(await counter.read()).toMatchObject({ state: 'ok' })
    counter.close()
    expect(await counter.read()).toMatchObject({ state: 'failed' })
  })

  it('outlives a crash of the library', async () => {
    const { counter, first } = await openEnergyCounter({
      uuids: ['GPU-a'],
      start: playedBy("process.on('message', () => process.kill(process.pid, 'SIGSEGV')) // crash"),
    })
    expect(first).toMatchObject({ state: 'failed', reason: expect.stringContaining('SIGSEGV') })
    expect(await counter.read()).toEqual(first)
  })

  it('kills a library that hangs, and says so', async () => {
    const script = `let asked = 0
process.on('message', ({ id }) => { if (asked++ === 0) process.send({ id, result: { state: 'ok', energyMj: {} } }); else for (;;); })`
    const { counter } = await openEnergyCounter({ uuids: [], readTimeoutMs: 50, start: playedBy(script) })
    expect(await counter.read()).toMatchObject({ state: 'hung' })
    expect(await counter.read()).toMatchObject({ state: 'hung' })
  })

  it('names an absent library through the real child', async () => {
    const { first } = await openEnergyCounter({ uuids: [], library: join(folder, 'libnothing.so.1') })
    expect(['no-library', 'no-koffi']).toContain(first.state)
  })

  const compiler = ['cc', 'gcc'].find((name) => {
    try {
      execFileSync(name, ['--version'], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })

  it.skipIf(!compiler)('calls a real shared library through koffi', async () => {
    const source = join(folder, 'stub.c')
    const library = join(folder, 'libstub.so.1')
    writeFileSync(
      source,
      `#include <string.h>
static unsigned long long energy = 9007199254740000ULL;
int nvmlInit_v2(void) { return 0; }
int nvmlDeviceGetHandleByUUID(const char *uuid, void **device) { *device = &energy; return strcmp(uuid, "GPU-a") ? 6 : 0; }
int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *out) { *out = (*(unsigned long long *)device += 1000); return 0; }
`,
    )
    execFileSync(compiler as string, ['-shared', '-fPIC', '-o', library, source])
    const { counter, first } = await openEnergyCounter({ uuids: ['GPU-a'], library })
    if (first.state === 'no-koffi') return
    expect(first).toEqual({ state: 'ok', energyMj: { 'GPU-a': 9_007_199_254_741_000 } })
    expect(await counter.read()).toEqual({ state: 'ok', energyMj: { 'GPU-a': 9_007_199_254_742_000 } })
    counter.close()
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

  it('reads once a second, goes on over a reset and ends with any other fault', async () => {
    const rows: CounterRow[] = []
    const reset = { state: 'counter-reset', reason: 'went back' } as const
    const watch = watchCounter(played([ok(1), ok(2), reset, ok(3)]), ticking(), 1000, (row) => rows.push(row))
    await new Promise((resolve) => setImmediate(resolve))
    expect(await watch.stop()).toMatchObject({ state: 'hung' })
    expect(rows.map(({ energyMj }) => energyMj)).toEqual([1, 2, 3])
    expect(rows[1]!.timeMs - rows[0]!.timeMs).toBe(1020)
  })
})
