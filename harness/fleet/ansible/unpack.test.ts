import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeLiveRun } from '../../testing/live-record.ts'
import { placeRuns } from './unpack.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unpack-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const places = () => ({ runs: join(folder, 'box'), log: join(folder, 'job.log') })

/** An archive as `run_archive` makes it. */
async function archive(files: Readonly<Record<string, Buffer | string>>): Promise<string> {
  const tar = pack()
  for (const [name, bytes] of Object.entries(files)) tar.entry({ name }, bytes)
  tar.finalize()
  const path = join(folder, 'runs.tar.gz')
  const parts: Buffer[] = []
  for await (const part of tar) parts.push(part as Buffer)
  writeFileSync(path, gzipSync(Buffer.concat(parts)))
  return path
}

async function aRun(): Promise<{ readonly id: string; readonly files: Record<string, Buffer> }> {
  const { directory, record } = await writeLiveRun(join(folder, 'made'))
  const files = readdirSync(directory).map((name) => [`${record.id}/${name}`, readFileSync(join(directory, name))])
  return { id: record.id, files: Object.fromEntries(files) }
}

test('runs, the files beside them and the log get to their places; a second time changes no run', async () => {
  const { id, files } = await aRun()
  const path = await archive({ ...files, 'baselines.json': '{}', 'job.log': 'all is well\n' })
  expect(await placeRuns(path, places())).toEqual([])
  expect(readdirSync(places().runs).toSorted()).toEqual([id, 'baselines.json'].toSorted())
  expect(readFileSync(places().log, 'utf8')).toBe('all is well\n')
  writeFileSync(join(places().runs, id, 'mark'), '')
  expect(await placeRuns(path, places())).toEqual([])
  expect(existsSync(join(places().runs, id, 'mark'))).toBe(true)
})

test('a run that is not whole is not kept, and the others are', async () => {
  const { id, files } = await aRun()
  const cut = Object.fromEntries(Object.entries(files).filter(([name]) => !name.endsWith('/gpu.csv')))
  const other = Object.entries(cut).map(([name, bytes]) => [name.replace(id, 'cut'), bytes])
  const problems = await placeRuns(await archive({ ...files, ...Object.fromEntries(other) }), places())
  expect(problems).toEqual([expect.stringMatching(/^cut: gpu\.csv: /)])
  expect(readdirSync(places().runs)).toEqual([id])
})

test.each([
  ['a path out of the folder', { '../evil': 'x' }],
  ['an absolute path', { '/etc/evil': 'x' }],
])('an archive with %s is refused as a whole', async (_, files) => {
  const path = await archive({ 'job.log': 'x', ...files })
  await expect(placeRuns(path, places())).rejects.toThrow('not allowed')
  expect(readdirSync(places().runs)).toEqual([])
  expect(existsSync(join(folder, 'evil'))).toBe(false)
})
