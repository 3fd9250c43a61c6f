import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { boxFolder } from '../../harness/fleet/plan.ts'
import { type Campaign, nothingYet } from '../../harness/fleet/state.ts'
import { writeLiveRun } from '../../harness/testing/live-record.ts'
import { copyOfRun } from '../../harness/testing/run-copies.ts'
import { saidIo } from '../../harness/testing/said-io.ts'
import { makeComparedRun } from '../../reports/testing/compare-builder.ts'
import { pushIfNamed } from '../store/push-runs.ts'
import { baselineRuns, runsOfBox } from './campaign-runs.ts'

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

test('what is compared with has no run of the campaign itself, although the folder or the query finds it by now', async () => {
  const root = mkdtempSync(join(tmpdir(), 'against-'))
  const store = `sqlite:${join(root, 'all.sqlite')}`
  const { io } = saidIo({ env: { HOME: root } })
  const original = await writeLiveRun(join(root, 'original'), { id: 'original' })
  const run = (folder: string, startedAt: string) => {
    const id = `at-${startedAt.replaceAll(':', '')}`
    return copyOfRun(original, folder, { id, startedAt, endedAt: startedAt }).record.id
  }
  const shared = join(root, 'results')
  const own = boxFolder(root, 'gpu1')
  const before = run(shared, '2026-11-26T02:00:00Z')
  for (const startedAt of ['2026-11-27T01:59:40Z', '2026-11-27T02:00:10Z'])
    for (const each of [shared, own]) run(each, startedAt)
  const elsewhere = run(shared, '2026-11-27T03:00:00Z')
  await pushIfNamed(
    readdirSync(shared).map((name) => join(shared, name)),
    store,
    io,
  )
  const box = { ...nothingYet, box: 'gpu1', part: 'fleet', attempt: 1, runs: 2 } as const
  const idsOf = async (against: string) => {
    const campaign: Campaign = {
      ...{ version: 1, id: 'rack-7', name: 'rack-7', engine: 'slurm', fleetFile: 'fleet.yaml', work: '', against },
      ...{
        createdAt: '2026-11-27T02:00:00.000Z',
        canary: null,
        boxes: [{ ...box, since: '2026-11-27T02:00:00.000Z' }],
      },
    }
    return (await baselineRuns(campaign, root, { store }, io))?.records.map(({ id }) => id).toSorted()
  }
  expect(await idsOf('store:')).toEqual([before])
  expect(await idsOf(shared)).toEqual([before, elsewhere])
  await expect(idsOf('store:since=2026-11-27')).rejects.toThrow('only finds runs of this fleet run, which began at')
})
