import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { ListCache, listCachePath } from './list-cache.ts'

const root = mkdtempSync(join(tmpdir(), 'list-cache-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const run = join(root, 'run')
const path = join(root, 'cache', 'list.json')
const record = join(run, 'run.json')
const later = () => Date.now() + 60_000
beforeEach(() => {
  rmSync(run, { recursive: true, force: true })
  rmSync(path, { force: true })
  mkdirSync(run)
  writeFileSync(record, '{"id":1}')
})

const kept = async (now = later): Promise<void> => {
  const cache = new ListCache<string>(path, now)
  expect(await cache.read(run, async () => 'row')).toBe('row')
  cache.save()
}

test('the row of a folder that did not change is given again', async () => {
  await kept()
  expect(new ListCache<string>(path).get(run)).toBe('row')
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
  expect(new ListCache<string>(path).get(run)).toBeNull()
})

test('a folder that changed a moment ago, or while it was read, is not kept', async () => {
  await kept(Date.now)
  expect(new ListCache<string>(path).get(run)).toBeNull()
  const cache = new ListCache<string>(path, later)
  await cache.read(run, async () => {
    writeFileSync(record, '{"id":10}')
    return 'row'
  })
  cache.save()
  expect(new ListCache<string>(path).get(run)).toBeNull()
})

test('a row that is not final is not kept', async () => {
  const cache = new ListCache<string>(path, later)
  await cache.read(
    run,
    async () => 'running',
    (row) => row !== 'running',
  )
  cache.save()
  expect(new ListCache<string>(path).get(run)).toBeNull()
})

test('a cache that is no JSON is made again, and runs that are no longer listed are forgotten', async () => {
  await kept()
  writeFileSync(path, 'not JSON')
  expect(new ListCache<string>(path).get(run)).toBeNull()
  await kept()
  const other = new ListCache<string>(path, later)
  await other.read(root, async () => 'another')
  other.save()
  expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')))).toEqual([root])
})

test('each set of folders and each build has a file of its own in the cache folder of the user', () => {
  const env = { XDG_CACHE_HOME: '/cache' }
  const one = listCachePath(['results'], env, '1')
  expect(one).toMatch(/^\/cache\/joulemark\/list-[0-9a-f]{16}\.json$/)
  expect(listCachePath(['results'], env, '2')).not.toBe(one)
  expect(listCachePath(['other'], env, '1')).not.toBe(one)
  expect(listCachePath(['results'], { HOME: '/home/a' }, '1')).toMatch(/^\/home\/a\/\.cache\/joulemark\//)
})
