import { mkdirSync, mkdtempSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { repositoryFolder } from '../../../catalogue/checkpoint/hub-cache.ts'
import { cacheBytes } from './cache-bytes.ts'
import { SignsOfLife } from './life.ts'

const MINUTE = 60_000

describe('a start', () => {
  test('is given up after the limit without a sign of life, however long it took before', () => {
    const life = new SignsOfLife(0, 10 * MINUTE)
    for (let minute = 0; minute <= 600; minute += 9) life.line(`${minute} % of the weights`, minute * MINUTE)
    expect(life.isOver(603 * MINUTE)).toBe(false)
    expect(life.isOver(605 * MINUTE)).toBe(true)
    life.bytes(606 * MINUTE)
    expect(life.isOver(615 * MINUTE)).toBe(false)
  })

  test('that only computes is given up later, because a process that waits may spin for ever', () => {
    const life = new SignsOfLife(0, 10 * MINUTE)
    for (let minute = 0; minute < 40; minute += 1) {
      life.cpu(minute * MINUTE)
      expect(life.isOver(minute * MINUTE), `${minute}`).toBe(minute > 30)
    }
  })

  test('that repeats that it waits for itself shows nothing', () => {
    const life = new SignsOfLife(0, 10 * MINUTE)
    const line =
      'INFO [shm_broadcast.py:542] No available shared memory broadcast block found in 60 seconds. This typically happens when some processes are hanging'
    for (let minute = 1; minute <= 11; minute += 1) life.line(line, minute * MINUTE)
    expect(life.isOver(11 * MINUTE)).toBe(true)
  })
})

test('the bytes of a repository in the cache are those that are written, not those of an empty length', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'hf-cache-'))
  expect(await cacheBytes(cache, 'a/b')).toBe(0)
  const blobs = join(repositoryFolder(join(cache, 'hub'), 'a/b'), 'blobs')
  mkdirSync(blobs, { recursive: true })
  writeFileSync(join(blobs, 'c0ffee'), Buffer.alloc(100_000, 1))
  writeFileSync(join(blobs, 'beef.incomplete'), '')
  truncateSync(join(blobs, 'beef.incomplete'), 5e9)
  expect(await cacheBytes(cache, 'a/b')).toBe(100_000)
})
