import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeLiveRun } from '../testing/live-record.ts'
import { findRuns, TUNING_PREFIX } from './disk/run-folders.ts'
import { readHistory } from './read.ts'

const none = { runs: [], unreadable: [] }

test('a folder that is missing, or holds no run, is a history of none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'history-'))
  expect(await readHistory(join(folder, 'missing'))).toEqual(none)
  expect(await readHistory(folder)).toEqual(none)
})

test('a record that cannot be read is named, and does not hide the others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'history-'))
  const { record } = await writeLiveRun(folder, {})
  mkdirSync(join(folder, 'broken'))
  writeFileSync(join(folder, 'broken', 'run.json'), '{"schemaVersion":')
  const { runs, unreadable } = await readHistory(folder)
  expect(runs.map((run) => run.record.id)).toEqual([record.id])
  expect(unreadable).toEqual([expect.stringMatching(/broken.run\.json: not JSON/)])
})

test('a folder that is there and cannot be listed is a failure, not a history of none', async () => {
  const loop = join(mkdtempSync(join(tmpdir(), 'history-')), 'loop')
  symlinkSync(loop, loop)
  const failed = { code: 'environment', message: expect.stringContaining('loop: cannot be listed: ELOOP') }
  await expect(readHistory(loop)).rejects.toMatchObject(failed)
  await expect(findRuns([loop])).rejects.toMatchObject(failed)
})

test('the runs of tunings lie in folders of their own among other runs, and are found', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'history-'))
  const plain = await writeLiveRun(folder, {})
  const point = await writeLiveRun(join(folder, `${TUNING_PREFIX}x`), {})
  await writeLiveRun(join(folder, 'elsewhere'), {})
  mkdirSync(join(folder, `${TUNING_PREFIX}empty`))
  expect((await findRuns([folder])).toSorted()).toEqual([plain.directory, point.directory].toSorted())
  expect(await findRuns([join(folder, `${TUNING_PREFIX}x`)])).toEqual([point.directory])
})
