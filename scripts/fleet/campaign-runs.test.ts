import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeComparedRun } from '../../reports/testing/compare-builder.ts'
import { runsOfBox } from './campaign-runs.ts'

test('runs of a box are those since the campaign began, by clocks that differ a little, and never its earlier baselines', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'runs-of-box-'))
  const run = (name: string, startedAt: string) => {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'run.json'), JSON.stringify({ ...makeComparedRun({ startedAt }), id: name }))
  }
  run('old', '2026-11-27T01:00:00Z')
  run('baseline', '2026-11-27T01:59:50Z')
  run('clock-behind', '2026-11-27T01:59:40Z')
  run('new', '2026-11-27T02:00:10Z')
  const baseline = {
    box: ['GPU-1'],
    card: 'l40s',
    scenario: 's',
    scenarioSha256: 'x',
    source: 'live',
    setAt: '2026-11-27T00:00:00Z',
  }
  const file = { version: 1, baselines: [{ ...baseline, runs: ['baseline'] }] }
  writeFileSync(join(folder, 'baselines.json'), JSON.stringify(file))
  const { records, unreadable } = await runsOfBox(folder, { createdAt: '2026-11-27T02:00:00.000Z' })
  expect(records.map(({ id }) => id).toSorted()).toEqual(['clock-behind', 'new'])
  expect(unreadable).toEqual([])
})
