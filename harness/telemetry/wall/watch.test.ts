import { describe, expect, test } from 'vitest'
import type { WallRow } from '../../record/rows.ts'
import { hurried } from '../../testing/hurried-clock.ts'
import { fakeWallHost, ipmiText } from '../../testing/wall-host.ts'
import { parseWall, type WallAsked } from './asked.ts'
import type { WallHost } from './host.ts'
import { sourcesFor } from './open.ts'
import { type WallWatched, watchWall } from './watch.ts'

const P = '/sys/class/powercap/intel-rapl:0'
const files = { [`${P}/name`]: 'package-0', [`${P}/energy_uj`]: '77', [`${P}/max_energy_range_uj`]: '1000000' }

/** Watches until enough rows have come, or until something else has; then stops. */
async function watch(
  host: WallHost,
  {
    asked = 'auto',
    rows: enough = 0,
    skip = 'nothing',
    notOwn = null,
  }: { asked?: WallAsked; rows?: number; skip?: 'nothing' | 'local' | 'all'; notOwn?: string | null },
  until: Promise<unknown> = Promise.resolve(),
): Promise<{ rows: WallRow[]; watched: WallWatched; warnings: string[] }> {
  const rows: WallRow[] = []
  const warnings: string[] = []
  const read = Promise.withResolvers<void>()
  if (enough === 0) read.resolve()
  const watching = watchWall({
    asked: asked as Exclude<WallAsked, 'off'>,
    host,
    clock: hurried,
    originMs: hurried.nowMs(),
    skip,
    notOwn,
    onRows: (more) => {
      rows.push(...more)
      if (rows.length >= enough) read.resolve()
    },
    onWarning: (message) => {
      warnings.push(message)
      read.resolve()
    },
  })
  await Promise.all([read.promise, until])
  return { watched: await watching.stop(), rows, warnings }
}

describe('sources beside a run', () => {
  test('what is found is read by itself, each row dated on the clock of the run', async () => {
    const run: WallHost['run'] = async () => ({ stdout: ipmiText(512), stderr: '', code: 0 })
    const { watched, rows } = await watch(fakeWallHost({ files, run }), { rows: 6 })
    expect(watched.asked).toBe('auto')
    expect(watched.sources.map(({ source, state }) => [source, state])).toEqual([
      ['ipmi', 'ok'],
      ['rapl', 'ok'],
    ])
    expect(watched.sources.reduce((sum, { rows: count }) => sum + count, 0)).toBe(rows.length)
    expect(rows.every(({ timeMs }) => timeMs >= 0)).toBe(true)
    expect(rows.find(({ source }) => source === 'ipmi')).toMatchObject({
      domain: 'server',
      powerW: 512,
      energyUj: null,
    })
    expect(rows.find(({ source }) => source === 'rapl')).toMatchObject({
      domain: 'package-0',
      powerW: null,
      energyUj: 77,
    })
  })

  test('a source that hangs keeps neither the others nor the end of the run', async () => {
    const run: WallHost['run'] = () => new Promise(() => {})
    const { watched, rows } = await watch(fakeWallHost({ files, run }), { rows: 3 })
    expect(rows.every(({ source }) => source === 'rapl')).toBe(true)
    expect(watched.sources.find(({ source }) => source === 'ipmi')).toMatchObject({
      state: 'failed',
      reason: 'it did not answer before the run ended',
      rows: 0,
    })
  })

  test('one that hangs later loses its later readings only', async () => {
    let calls = 0
    const hung = Promise.withResolvers<void>()
    const run: WallHost['run'] = () => {
      calls += 1
      if (calls <= 3) return Promise.resolve({ stdout: ipmiText(400), stderr: '', code: 0 })
      hung.resolve()
      return new Promise(() => {})
    }
    const { watched } = await watch(fakeWallHost({ run }), { asked: ['ipmi'] }, hung.promise)
    expect(watched.sources).toMatchObject([{ source: 'ipmi', state: 'ok', rows: 2, failures: 0 }])
  })

  test('one that fails again and again is given up, with its first reason; single failures are counted', async () => {
    let calls = 0
    const run: WallHost['run'] = async () => {
      calls += 1
      const isWell = calls === 1 || calls === 3
      return { stdout: isWell ? ipmiText(400) : '', stderr: '', code: isWell ? 0 : 'ETIMEDOUT' }
    }
    const warned = await watch(fakeWallHost({ run }), { asked: ['ipmi'], rows: 99 })
    const reason = '10 readings failed one after another: the management controller did not answer in 10 s'
    expect(warned.warnings).toEqual([`power of the server (ipmi): ${reason}`])
    expect(warned.watched.sources).toMatchObject([{ state: 'ok', rows: 1, failures: 11, reason }])
  })

  test('one that needs rights is in the record with the reason', async () => {
    const denied = fakeWallHost({ files: { ...files, [`${P}/energy_uj`]: '!EACCES' } })
    const { watched } = await watch(denied, {})
    expect(watched.sources.map(({ source, state, reason }) => [source, state, reason])).toEqual([
      ['ipmi', 'absent', 'ipmitool is not installed'],
      ['rapl', 'refused', 'the counters may be read by root only'],
    ])
  })

  test('a machine that is not the server is not read by itself, and refused where it is asked for', async () => {
    const other = { skip: 'local', notOwn: 'the server runs on another machine' } as const
    expect((await watch(fakeWallHost({ files }), other)).watched.sources).toEqual([])
    const asked = await watch(fakeWallHost({ files }), { ...other, asked: ['rapl'] })
    expect(asked.rows).toEqual([])
    expect(asked.watched.sources).toMatchObject([
      {
        source: 'rapl',
        state: 'refused',
        reason: 'it reads this machine: the server runs on another machine',
        rows: 0,
      },
    ])
  })

  test('a configured controller is read on a simulated run, and nothing where others load the server', async () => {
    const run: WallHost['run'] = async () => ({ stdout: '512', stderr: '', code: 0 })
    const host = fakeWallHost({ files, run, config: { command: { run: ['meter'], covers: 'server' } } })
    const elsewhere = await watch(host, { skip: 'local', rows: 1 })
    expect(elsewhere.watched.sources.map(({ source }) => source)).toEqual(['command'])
    expect((await watch(host, { skip: 'all' })).watched.sources).toEqual([])
  })
})

describe('--wall', () => {
  test('names sources, or all that are found', () => {
    expect([parseWall('auto'), parseWall('off'), parseWall('ipmi, rapl,ipmi')]).toEqual([
      'auto',
      'off',
      ['ipmi', 'rapl'],
    ])
    expect(() => parseWall('impi')).toThrow(
      '--wall impi: expected auto, off, or some of command, redfish, ipmi, grace, rapl',
    )
    const configured = { config: { command: { run: ['pdu'], covers: 'server' as const } } }
    expect(sourcesFor('auto', configured)).toEqual(['command', 'ipmi', 'grace', 'rapl'])
    expect(sourcesFor('auto', { config: {} })).toEqual(['ipmi', 'grace', 'rapl'])
    expect(sourcesFor('off', configured)).toEqual([])
  })
})
