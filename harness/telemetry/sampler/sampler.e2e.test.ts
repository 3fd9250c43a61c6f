import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../clock.ts'
import type { GpuRow } from '../../record/rows.ts'
import { type FakeSmi, makeFakeNvidiaSmi } from '../../testing/fake-nvidia-smi.ts'
import type { SamplerEvent } from './events.ts'
import { type SamplerOptions, startSampler } from './sampler.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'joulemark-sampler-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const gpu = {
  values: { uuid: 'GPU-a', 'power.draw': '246.10', 'memory.used': '10251', 'utilization.gpu': '97', pstate: 'P2' },
}
/** A busy machine may take this long to start a process; what the limits do is shown by a clock of its own. */
const limits = { firstRowMs: 60_000, silenceMs: 60_000 }
let made = 0
const nextName = (): string => {
  made += 1
  return String(made)
}
const fake = (spec: Partial<FakeSmi>): string => makeFakeNvidiaSmi(join(folder, nextName()), { gpus: [gpu], ...spec })

/** Samples a fake until `enough` says so, or only until its first row, then stops. */
async function sample(
  spec: Partial<FakeSmi>,
  enough: (rows: readonly GpuRow[], events: readonly SamplerEvent[]) => boolean = () => true,
  over: Partial<SamplerOptions> = {},
) {
  const rows: GpuRow[] = []
  const events: SamplerEvent[] = []
  const done = Promise.withResolvers<void>()
  const check = () => {
    if (enough(rows, events)) done.resolve()
  }
  const sampler = await startSampler({
    nvidiaSmi: fake(spec),
    intervalMs: 10,
    clock: systemClock,
    originMs: systemClock.nowMs(),
    onRow: (row) => {
      rows.push(row)
      check()
    },
    onEvent: (event) => {
      events.push(event)
      check()
    },
    limits,
    ...over,
  })
  check()
  await done.promise
  const report = await sampler.stop()
  return { rows, events, report }
}

describe('startSampler with a child that is well', () => {
  it('gives rows of every card on the run clock, and stops', async () => {
    const second = { values: { ...gpu.values, uuid: 'GPU-b', 'power.draw': '[N/A]' } }
    const { rows, report } = await sample({ gpus: [gpu, second] }, (seen) => seen.length >= 2)
    expect(new Set(rows.map(({ uuid }) => uuid))).toEqual(new Set(['GPU-a', 'GPU-b']))
    expect(rows.find(({ uuid }) => uuid === 'GPU-a')).toMatchObject({
      powerW: 246.1,
      powerInstantW: null,
      memoryUsedMiB: 10_251,
      pstate: 'P2',
    })
    expect(rows.find(({ uuid }) => uuid === 'GPU-b')).toMatchObject({ powerW: null, memoryUsedMiB: 10_251 })
    expect(rows.every(({ timeMs, arrivalMs }) => timeMs > 0 && timeMs <= arrivalMs)).toBe(true)
    expect(report).toMatchObject({ restarts: 0, gaveUp: null, missingFields: [], events: [], rows: rows.length })
  })

  it('asks only for fields that the driver lists', async () => {
    const fields = ['timestamp', 'uuid', 'power.draw', 'clocks_throttle_reasons.active']
    const { report } = await sample({ fields })
    expect(report.fields).toEqual(fields)
    expect(report.missingFields).toContain('powerInstantW')
  })

  it('drops a field that is refused although no list said so', async () => {
    const fields = ['timestamp', 'uuid', 'power.draw', 'memory.used']
    const { report } = await sample({ fields, answers: { '--help-query-gpu': { returnCode: 2 } } })
    expect(report.fields).toEqual(fields)
  })

  it('keeps ECC and Xid lines, sick values and unknown lines as events', async () => {
    const sick = { values: gpu.values, ticks: [{}, { 'utilization.gpu': '[GPU requires reset]' }] }
    const lines = [
      { beforeRow: 1, text: 'GPU 00000000:01:00.0: Xid 79' },
      { beforeRow: 2, text: 'something new' },
    ]
    const { events } = await sample({ gpus: [sick], loops: [{ lines }] }, (_, seen) => seen.length >= 3)
    expect(events.map(({ kind }) => kind).toSorted()).toEqual(['device-line', 'malformed', 'sick-value'])
    expect(events.find(({ kind }) => kind === 'sick-value')?.message).toContain('[GPU requires reset]')
  })
})

describe('startSampler with a child that is not', () => {
  it('starts a dead child again, keeps the gap and drops its half line', async () => {
    const dies = { diesAfterRows: 3, leavesHalfLine: true, returnCode: 15 }
    const { report, events } = await sample({ loops: [dies, {}] }, (_, seen) => seen.some(({ kind }) => kind === 'gap'))
    expect(report.restarts).toBe(1)
    const reason = expect.stringContaining('fell off the bus')
    expect(events).toMatchObject([
      { kind: 'lost', reason },
      { kind: 'gap', reason },
    ])
  })

  it('stops a child that ignores being asked', async () => {
    const { report } = await sample({ loops: [{ ignoresSigterm: true }] })
    expect(report.gaveUp).toBeNull()
  })

  it('stops with its signal, and gives one report however often it is asked', async () => {
    const stop = new AbortController()
    const sampler = await startSampler({
      nvidiaSmi: fake({}),
      clock: systemClock,
      originMs: systemClock.nowMs(),
      onRow: () => {},
      limits,
      signal: stop.signal,
    })
    stop.abort()
    const report = await sampler.stop()
    expect(await sampler.stop()).toBe(report)
    expect(report.gaveUp).toBeNull()
  })

  it.each([
    [
      'a driver that is not loaded',
      {
        '': {
          stdout: "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n",
          returnCode: 9,
        },
      },
      /modprobe/,
    ],
    ['no card', { '': { stdout: 'No devices were found\n', returnCode: 6 } }, /No devices were found/],
    [
      'words without a line break',
      { '--query': { stdout: 'Failed to initialize NVML: Driver/library version mismatch', returnCode: 18 } },
      /reboot/,
    ],
  ])('throws one clear line for %s', async (_, answers, says) => {
    const start = startSampler({ nvidiaSmi: fake({ answers }), clock: systemClock, originMs: 0, onRow: () => {} })
    await expect(start).rejects.toMatchObject({ code: 'environment', message: expect.stringMatching(says) })
  })

  it('throws when there is no nvidia-smi', async () => {
    const start = startSampler({ nvidiaSmi: join(folder, 'none'), clock: systemClock, originMs: 0, onRow: () => {} })
    await expect(start).rejects.toMatchObject({ message: expect.stringContaining('no such program') })
  })
})
