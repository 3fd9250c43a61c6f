import { fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildLibrary, compiler } from '../../testing/shared-library.ts'
import { openEnergyCounter } from './counter.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'joulemark-nvml-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

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
  it('reads, and reports a counter that decreased', async () => {
    const { counter, first } = await openEnergyCounter({ uuids: ['GPU-a'], start: playedBy(answers(1000, 2000, 5, 9)) })
    expect(first).toEqual({ state: 'ok', energyMj: { 'GPU-a': 1000 } })
    expect(await counter.read()).toMatchObject({ state: 'ok' })
    expect(await counter.read()).toMatchObject({ state: 'counter-reset', reason: expect.stringContaining('GPU-a') })
    expect(await counter.read()).toMatchObject({ state: 'ok' })
    counter.close()
    expect(await counter.read()).toMatchObject({ state: 'failed' })
  })

  it('reports the reset of one card beside the readings of others', async () => {
    const readings = [
      { 'GPU-a': 9, 'GPU-b': 1000 },
      { 'GPU-a': 10, 'GPU-b': 3 },
      { 'GPU-a': 11, 'GPU-b': 4 },
    ]
    const script = `const readings = ${JSON.stringify(readings)}
process.on('message', ({ id }) => process.send({ id, result: { state: 'ok', energyMj: readings.shift() } })) // two cards`
    const { counter } = await openEnergyCounter({ uuids: ['GPU-a', 'GPU-b'], start: playedBy(script) })
    expect(await counter.read()).toMatchObject({
      state: 'ok',
      energyMj: { 'GPU-a': 10 },
      without: { 'GPU-b': { state: 'counter-reset' } },
    })
    expect(await counter.read()).toEqual({ state: 'ok', energyMj: { 'GPU-a': 11, 'GPU-b': 4 } })
    counter.close()
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

  it.skipIf(!compiler)('calls a real shared library through koffi', async () => {
    const library = buildLibrary(
      folder,
      `#include <string.h>
static unsigned long long energy = 9007199254740000ULL;
int nvmlInit_v2(void) { return 0; }
int nvmlDeviceGetHandleByUUID(const char *uuid, void **device) { *device = &energy; return strcmp(uuid, "GPU-a") ? 6 : 0; }
int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *out) { *out = (*(unsigned long long *)device += 1000); return 0; }
`,
    )
    const { counter, first } = await openEnergyCounter({ uuids: ['GPU-a'], library })
    if (first.state === 'no-koffi') return
    expect(first).toEqual({ state: 'ok', energyMj: { 'GPU-a': 9_007_199_254_741_000 } })
    expect(await counter.read()).toEqual({ state: 'ok', energyMj: { 'GPU-a': 9_007_199_254_742_000 } })
    counter.close()
  })
})
