import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, expect, test, vi } from 'vitest'
import { gateEntries } from '../../harness/gates/table.ts'
import { newKeyPair, readPrivateKey } from '../../harness/record/signing/signature.ts'
import { EMBEDDED_NAME } from '../../harness/store/db/embedded-name.ts'
import { type LiveRun, writeLiveRun } from '../../harness/testing/live-record.ts'
import { settingAt } from '../../harness/testing/setting-builder.ts'
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

async function said(name: string, json = false, gates = false): Promise<string> {
  let text = ''
  const stderr = { isTTY: false, color: false, write: () => true }
  const stdout = (piece: string) => {
    text += piece
  }
  await list(
    [at(name)],
    { json, gates },
    { stdout, stderr, env: { XDG_CACHE_HOME: at('cache') }, columns: null, color: false },
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

test('many runs get one line each, with the flag that shows the gates', async () => {
  for (let copy = 0; copy < 13; copy += 1) cpSync(edited.directory, at(`many/${copy}`), { recursive: true })
  const lines = (await said('many')).trim().split('\n')
  expect(lines).toHaveLength(14)
  expect(lines[0]).toContain('not quotable: verify')
  expect(lines.at(-1)).toBe('13 runs; --gates shows each gate with its evidence')
  expect(await said('many', false, true)).toContain('run.json was changed after the run')
})

test('many runs are read once: the next list takes what did not change from the index of the folder, and sees what did', async () => {
  const copies = at('cached')
  for (let copy = 0; copy < 13; copy += 1) cpSync(edited.directory, join(copies, `${copy}`), { recursive: true })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
  try {
    const first = await said('cached')
    expect(first.split('\n')[0]).toContain('not quotable: verify')
    const database = new DatabaseSync(join(copies, EMBEDDED_NAME))
    const kept = database.prepare('select name from folders').all()
    expect(kept).toHaveLength(13)
    database.exec(`update folders set row = replace(row, 'verify: ', 'from the index: ')`)
    database.close()
    expect(await said('cached')).toContain('not quotable: from the index')
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
