import { mkdirSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { copyRuns } from './shared-runs.ts'

const root = mkdtempSync(join(tmpdir(), 'shared-runs-'))
const from = join(root, 'shared')
const to = join(root, 'here')

function run(name: string, text: string, atS: number): void {
  mkdirSync(join(from, name), { recursive: true })
  writeFileSync(join(from, name, 'requests.csv'), text)
  writeFileSync(join(from, name, 'run.json'), text)
  utimesSync(join(from, name, 'run.json'), atS, atS)
}

test('runs since a moment, and those of baselines with their file; a record that changed is brought again', async () => {
  run('old', 'a', 1000)
  run('baseline', 'b', 1000)
  run('new', 'c', 3000)
  mkdirSync(join(from, 'no-run'))
  const baseline = {
    box: ['GPU-1'],
    card: 'l40s',
    scenario: 's',
    scenarioSha256: 'x',
    source: 'live',
    setAt: '2026-11-27T00:00:00Z',
  }
  writeFileSync(
    join(from, 'baselines.json'),
    JSON.stringify({ version: 1, baselines: [{ ...baseline, runs: ['baseline'] }] }),
  )
  await copyRuns(from, to, 2_000_000)
  expect(readdirSync(to).toSorted()).toEqual(['baseline', 'baselines.json', 'new'])
  run('new', 'd', 4000)
  await copyRuns(from, to, 2_000_000)
  expect(readFileSync(join(to, 'new', 'requests.csv'), 'utf8')).toBe('d')
  await copyRuns(from, from, 0)
  expect(readdirSync(from)).toHaveLength(5)
})

test('a folder that is not there has no runs', async () => {
  await copyRuns(join(root, 'nowhere'), join(root, 'empty'), 0)
  expect(readdirSync(join(root, 'empty'))).toEqual([])
})
