import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { toJson } from '../record/json-file.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { asWritten } from '../record/signing/manifest.ts'
import { newKeyPair, readPrivateKey } from '../record/signing/signature.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { type LiveRun, writeLiveRun } from '../testing/live-record.ts'
import { sealed } from './seal.ts'
import { verifyRun } from './verify-run.ts'

/** Edited rows with recomputed hashes: only the recomputed values reveal the edit. */
const folder = mkdtempSync(join(tmpdir(), 'rehashed-'))
const key = readPrivateKey(newKeyPair().privatePem, 'test key')
let run: LiveRun
beforeAll(async () => {
  run = await writeLiveRun(folder, { key, counter: true, wall: true })
})

type Edit = (cells: string[], columns: readonly string[], line: number) => string[]

/** A copy of the run with an edited CSV file and recomputed hashes, unsigned because an editor has no key. */
function withRows(name: string, edit: (lines: string[]) => string[], over: Partial<RunRecord> = {}): string {
  const path = mkdtempSync(join(folder, 'copy-'))
  cpSync(run.directory, path, { recursive: true })
  const text = edit(readFileSync(join(path, name), 'utf8').split('\n')).join('\n')
  writeFileSync(join(path, name), text)
  const sha256 = createHash('sha256').update(text).digest('hex')
  const { signature: _, manifestSha256: __, redactedCopy: ___, ...record } = run.record
  const files = { ...record.files, [name]: { sha256, rows: record.files[name]?.rows ?? 0 } }
  writeFileSync(join(path, 'run.json'), toJson(asWritten(sealed({ ...record, files, ...over }))))
  return path
}

const cellsOf = (edit: Edit) => (lines: string[]) => {
  const [header = '', ...rest] = lines
  const columns = header.split(',')
  return [header, ...rest.map((line, at) => (line === '' ? '' : edit(line.split(','), columns, at).join(',')))]
}

const set = (column: string, value: (old: string) => string, when: (cells: string[]) => boolean = () => true) =>
  cellsOf((cells, columns) =>
    when(cells) ? cells.map((old, at) => (columns[at] === column ? value(old) : old)) : cells,
  )

const problemsOf = async (path: string): Promise<string[]> =>
  (await verifyRun(path)).problems.map(({ file, what }) => `${file}: ${what}`)

test('the run itself verifies, counter and all', async () => {
  expect(await problemsOf(run.directory)).toEqual([])
  expect(run.record.telemetry?.trials[0]?.counterEnergyJ).toBeGreaterThan(0)
})

test('a run from before a trial kept its share within the SLO still verifies', async () => {
  const trials = trialsOfKind(run.record.trials, 'text').map(({ sloShare: _, ...trial }) => trial)
  expect(await problemsOf(withRows('gaps.csv', (lines) => lines, { trials }))).toEqual([])
})

test.each([
  [
    'requests.csv',
    set('firstTokenMs', (ms) => String(Number(ms) - 20)),
    /trials\.0\.ttftMs\.p50: recorded [\d.]+, recomputed [\d.]+/,
  ],
  [
    'requests.csv',
    set(
      'outcome',
      () => 'timeout',
      ([, id]) => id === '3',
    ),
    /trials\.0\.requestsOk: recorded \d+/,
  ],
  ['tokens.csv', set('tokens', (n) => String(Number(n) + 1)), /trials\.0\.outputTokens: recorded \d+, recomputed \d+/],
  ['tokens.csv', set('tokens', (n) => String(Number(n) + 1)), /result\.outputTokensPerS\.mean: recorded [\d.]+/],
  ['gaps.csv', set('count', (n) => String(Number(n) + 1)), /trials\.0\.chunkGapMs\.n: recorded \d+, recomputed \d+/],
  ['gpu.csv', set('powerW', (watts) => String(Number(watts) * 0.9)), /trials\.0\.energyJ: recorded [\d.]+/],
  [
    'counter.csv',
    set('energyMj', (mj) => String(Number(mj) * 0.8)),
    /telemetry\.trials\.0\.counterEnergyJ: recorded [\d.]+, recomputed [\d.]+/,
  ],
  [
    'wall.csv',
    set('powerW', (watts) => String(Number(watts) - 150)),
    /trials\.0\.wall\.serverEnergyJ: recorded [\d.]+, recomputed [\d.]+/,
  ],
  [
    'wall.csv',
    set('powerW', (watts) => String(Number(watts) - 300)),
    /gates\.\d+\.status: recorded "pass", recomputed "fail"/,
  ],
  [
    'server.csv',
    set(
      'value',
      (n) => String(Number(n) * 2),
      (cells) => cells[1] === 'after' && cells[3] === 'generationTokens',
    ),
    /trials\.0\.server\.generationTokens: recorded \d+, recomputed \d+/,
  ],
  [
    'server.csv',
    set(
      'value',
      () => '9',
      (cells) => cells[1] === 'during' && cells[3] === 'running',
    ),
    /trials\.1\.server\.runningMax: recorded 8, recomputed 9/,
  ],
  ['server.csv', (lines: string[]) => [lines[0] as string, ''], /trials\.0\.server\.scrapes: recorded 3, recomputed 0/],
  [
    'server.csv',
    (lines: string[]) => [lines[0] as string, ''],
    /gates\.\d+\.status: recorded "pass", recomputed "not-/,
  ],
])('rows of %s', async (name, edit, expected) => {
  expect(await problemsOf(withRows(name, edit))).toContainEqual(expect.stringMatching(expected))
})

test('a row that no value is computed from is counted too', async () => {
  const path = withRows('gpu.csv', (lines) => [...lines.slice(0, -2), ''])
  expect(await problemsOf(path)).toContainEqual(expect.stringMatching(/^gpu\.csv: has \d+ rows, run\.json has \d+$/))
})

test.each([
  ['an interrupted run marked complete', { trials: [] }, 'status: complete, but it has 0 of at least 3 trials'],
  ['a run without an end', { endedAt: null }, 'status: complete, but endedAt is missing'],
  [
    'a simulated run marked live',
    { sourceEvidence: ['driver 0.0-sim'] },
    'source: recorded as live, but it is SIMULATED',
  ],
])('%s', async (_, over, expected) => {
  const path = withRows('gaps.csv', (lines) => lines, over)
  expect(await problemsOf(path)).toContainEqual(expect.stringContaining(expected))
})
