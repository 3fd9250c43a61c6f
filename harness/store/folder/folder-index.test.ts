import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { EMBEDDED_NAME } from '../db/embedded-name.ts'
import { FolderIndex, indexPath } from './folder-index.ts'

const root = mkdtempSync(join(tmpdir(), 'folder-index-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const folder = join(root, 'results')
const run = join(folder, 'run')
const record = join(run, 'run.json')
const path = join(folder, EMBEDDED_NAME)
const env = { XDG_CACHE_HOME: join(root, 'cache') }
const later = () => Date.now() + 60_000
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true })
  rmSync(env.XDG_CACHE_HOME, { recursive: true, force: true })
  mkdirSync(run, { recursive: true })
  writeFileSync(record, '{"id":1}')
})

const open = (now = later, build = '1') => FolderIndex.open<string>({ folder, build, env, now })
const kept = async (now = later): Promise<void> => {
  const index = await open(now)
  expect(await index.read(run, async () => 'row')).toBe('row')
  await index.save()
}
const known = async (build = '1'): Promise<string | null> => (await open(later, build)).get(run)

test('the row of a folder that did not change is given again, to the same build', async () => {
  await kept()
  expect(existsSync(path)).toBe(true)
  expect(await known()).toBe('row')
  expect(await known('2')).toBeNull()
})

test.each([
  [
    'an edit of the same length, its time set back',
    () => {
      const old = new Date('2026-01-01')
      writeFileSync(record, '{"id":2}')
      utimesSync(record, old, old)
    },
  ],
  ['a longer file', () => writeFileSync(record, '{"id":10}')],
  ['a new file', () => writeFileSync(join(run, 'x.csv'), '')],
  ['a folder that is gone', () => rmSync(run, { recursive: true })],
])('%s is seen', async (_, change) => {
  await kept()
  change()
  expect(await known()).toBeNull()
})

test('a folder that changed a moment ago, or while it was read, is not kept', async () => {
  await kept(Date.now)
  expect(await known()).toBeNull()
  const index = await open()
  await index.read(run, async () => {
    writeFileSync(record, '{"id":10}')
    return 'row'
  })
  await index.save()
  expect(await known()).toBeNull()
})

test('a row that is not final is not kept', async () => {
  const index = await open()
  await index.read(
    run,
    async () => 'running',
    (row) => row !== 'running',
  )
  await index.save()
  expect(await known()).toBeNull()
})

test('runs whose folder is gone are forgotten; those that were only not asked for stay', async () => {
  const other = join(folder, 'other')
  mkdirSync(other)
  const index = await open()
  for (const directory of [run, other]) await index.read(directory, async () => 'row')
  await index.save()
  rmSync(other, { recursive: true })
  await (await open()).save()
  const database = new DatabaseSync(path)
  expect(database.prepare('select name from folders').all()).toEqual([{ name: 'run' }])
  database.close()
})

test('a file that is no SQLite, or a link, is not used and stays as it is', async () => {
  writeFileSync(path, 'not SQLite')
  await kept()
  expect(await known()).toBeNull()
  rmSync(path)
  symlinkSync(join(root, 'elsewhere'), path)
  await kept()
  expect(await known()).toBe('row')
  expect(existsSync(join(root, 'elsewhere'))).toBe(false)
  expect(indexPath(folder, env)).toMatch(/\/cache\/joulemark\/index-[0-9a-f]{16}\.sqlite$/)
})

test.skipIf(process.getuid?.() === 0)(
  'where the folder cannot be written, the index is in the cache folder',
  async () => {
    chmodSync(folder, 0o500)
    await kept()
    expect(await known()).toBe('row')
    expect(existsSync(path)).toBe(false)
    chmodSync(folder, 0o700)
  },
)
