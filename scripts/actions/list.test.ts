import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { gateEntries } from '../../harness/gates/table.ts'
import { newKeyPair, readPrivateKey } from '../../harness/record/signing/signature.ts'
import { EMBEDDED_NAME } from '../../harness/store/db/embedded-name.ts'
import { type LiveRun, writeLiveRun } from '../../harness/testing/live-record.ts'
import { settingAt } from '../../harness/testing/setting-builder.ts'
import type { ListRow } from '../list/lines.ts'
import { tableLines, whyNot } from '../list/run-table.ts'
import { list } from './list.ts'

/** Output of `list` for runs that pass, that fail, and that were edited. */
const folder = mkdtempSync(join(tmpdir(), 'list-'))
const key = readPrivateKey(newKeyPair().privatePem, 'test key')
const at = (name: string) => join(folder, name)
let edited: LiveRun
beforeAll(async () => {
  await writeLiveRun(at('good'), { key })
  await writeLiveRun(at('unsigned'), {})
  const blind = { gpus: [], gpusReason: 'no nvidia-smi\u001b[31m here', telemetry: undefined as never }
  await writeLiveRun(at('blind'), { key, over: blind })
  edited = await writeLiveRun(at('edited'), { key })
  const file = join(edited.directory, 'run.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace('gpu-box-7', 'gpu-box-8'))
  const spoilt = await writeLiveRun(at('spoilt'), { key })
  writeFileSync(join(spoilt.directory, 'gpu.csv'), 'x')
  await writeLiveRun(at('interrupted'), { key, over: { status: 'interrupted' } })
})

async function said(name: string, json = false, verbose = false, columns: number | null = null): Promise<string> {
  let text = ''
  const stderr = { isTTY: false, color: false, write: () => true }
  const stdout = (piece: string) => {
    text += piece
  }
  await list(
    [at(name)],
    { json, verbose },
    { stdout, stderr, env: { XDG_CACHE_HOME: at('cache') }, columns, color: false },
  )
  return text
}

test('a sound run is quotable, and every gate is there', async () => {
  const text = await said('good')
  expect(text).toMatch(/^2026\S+ {2}complete {4}live {7}quotable\n/)
  expect(text).toMatch(/ {4}pass {9}live-source \*, .*error-rate \*/)
  expect(text).toMatch(/ {4}not-measured .*energy-agreement: no energy counter: libnvidia-ml\.so\.1 was not found/)
  const { runs } = JSON.parse(await said('good', true)) as { runs: { gates: { id: string; evidence: string }[] }[] }
  expect(runs[0]?.gates).toHaveLength(gateEntries.length)
  expect(runs[0]?.gates.every(({ evidence }) => evidence !== '')).toBe(true)
})

test.each([
  ['unsigned', /not quotable: signature\n {4}signature: the record is not signed/],
  ['edited', /not quotable: verify\n {4}verify: run\.json was changed after the run/],
  ['spoilt', /not quotable: verify\n {4}verify: gpu\.csv was changed/],
  ['interrupted', /interrupted live {7}not quotable: status interrupted\n {4}status interrupted: only a complete run/],
  [
    'blind',
    /not quotable: card-match not-measured, serving-card not-measured, card-health not-measured, power-plausible not-measured, energy-coverage not-measured\n/,
  ],
])('a run that is %s is not quotable, and the reason is there', async (name, expected) => {
  expect(await said(name)).toMatch(expected)
})

test('a run at a setting that was made on purpose says which', async () => {
  await writeLiveRun(at('tuned'), { key, over: { setting: settingAt(300) } })
  expect(await said('tuned')).toMatch(/^\S+ {2}complete {4}live {7}at 300 W {2}/)
  expect(JSON.parse(await said('tuned', true))).toMatchObject({ runs: [{ setting: '300 W' }] })
})

test('gates with the same evidence share a line, without control characters', async () => {
  const lines = (await said('blind')).split('\n').filter((line) => line.includes('no nvidia-smi'))
  expect(lines.some((line) => /gpu-exclusive, .*ecc, power-limit.*: no nvidia-smi \[31m here$/.test(line))).toBe(true)
})

test('many runs are a table of one row each, with the flag that shows the gates', async () => {
  for (let copy = 0; copy < 13; copy += 1) cpSync(edited.directory, at(`many/${copy}`), { recursive: true })
  const lines = (await said('many')).trim().split('\n')
  expect(lines).toHaveLength(16)
  expect(lines[0]).toBe('13 runs, none quotable')
  expect(lines[1]).toMatch(/^RUN +STATE +RATE +ENERGY +QUOTABLE$/)
  expect(lines[2]).toMatch(/^2026\S+ {2}complete {2}[\d,.]+ t\/s {2}[\d.]+ tokens\/J {2}no: verify$/)
  expect(lines.at(-1)).toMatch(/^Next: .* list \S+ --verbose {3}each gate with its evidence$/)
  expect(await said('many', false, true)).toContain('run.json was changed after the run')
})

test.each([140, 80, 60])(
  'runs of several kinds fit a terminal of %i columns, each with its reasons',
  async (columns) => {
    for (const name of ['good', 'unsigned', 'blind', 'spoilt']) {
      const [run = ''] = readdirSync(at(name))
      cpSync(at(`${name}/${run}`), at(`several/${name}`), { recursive: true })
    }
    const text = await said('several', false, false, columns)
    const lines = text.split('\n').filter((line) => !/^Next:|^ {5} /.test(line))
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns)
    expect(lines[0]).toBe('4 runs, 1 quotable')
    for (const why of ['signature', 'verify', '5 gates not measured']) expect(text).toContain(why)
    expect(lines.filter((line) => line.endsWith(' yes'))).toHaveLength(1)
  },
)

describe('a few words say why not', () => {
  const row = (...reasons: string[]) => whyNot({ status: 'complete', reasons })
  test.each([
    [['live-source fail: a: b', 'signature: not signed'], 'live-source, signature'],
    [
      ['ecc fail: x', ...Array.from({ length: 13 }, (_, at) => `gate-${at} not-measured: no card`)],
      'ecc; 13 gates not measured',
    ],
    [['ecc not-measured: a', 'pcie not-measured: a'], 'ecc, pcie not measured'],
    [['error-rate limit: the scenario accepts 9 %'], 'error-rate limit'],
    [[], 'its record says so'],
  ])('%j', (reasons, words) => {
    expect(row(...reasons)).toBe(words)
  })
})

test('simulated runs are said to be so: once above a table on a terminal, in each line of a pipe and beside live ones', () => {
  const run = (id: string, source: string): ListRow => ({
    ...{ id, directory: id, status: 'complete', source, setting: null, rate: null, energy: null },
    ...{ quotable: false, reasons: ['signature: none'], gates: [] },
  })
  const shown = (rows: ListRow[], columns: number | null) => tableLines(rows, { columns, color: false })
  const both = [run('a', 'simulated'), run('b', 'simulated')]
  expect(shown(both, 100).filter((line) => line.includes('SIMULATED'))).toEqual(['2 runs SIMULATED, none quotable'])
  expect(shown(both, null).filter((line) => line.includes('SIMULATED'))).toHaveLength(3)
  const mixed = shown([run('a', 'simulated'), run('b', 'live')], 100)
  expect(mixed.filter((line) => line.includes('SIMULATED'))).toEqual([expect.stringMatching(/^a +complete SIMULATED/)])
})

test('many runs are read once: the next list takes what did not change from the index of the folder, and sees what did', async () => {
  const copies = at('cached')
  for (let copy = 0; copy < 13; copy += 1) cpSync(edited.directory, join(copies, `${copy}`), { recursive: true })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
  try {
    const first = await said('cached')
    expect(first.split('\n')[2]).toContain('no: verify')
    const database = new DatabaseSync(join(copies, EMBEDDED_NAME))
    const kept = database.prepare('select name from folders').all()
    expect(kept).toHaveLength(13)
    database.exec(`update folders set row = replace(row, 'verify: ', 'from the index: ')`)
    database.close()
    expect(await said('cached')).toContain('no: from the index')
    for (const { name } of kept) writeFileSync(join(copies, String(name), 'gpu.csv'), 'x')
    expect(await said('cached')).not.toContain('from the index')
  } finally {
    vi.useRealTimers()
  }
})

test('the time that many runs take to be read is shown on a terminal', async () => {
  const lines: string[] = []
  const stderr = { isTTY: true, color: false, write: (text: string) => lines.push(text) > 0 }
  await list(
    [at('many')],
    {},
    { stdout: () => undefined, stderr, env: { XDG_CACHE_HOME: at('cache') }, columns: null, color: false },
  )
  expect(lines.at(-1)).toBe('\r\u001b[K')
})
