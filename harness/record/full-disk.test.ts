import { createHash } from 'node:crypto'
import type * as fs from 'node:fs'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { requestRow } from '../testing/rows.ts'
import { readRows } from './read.ts'
import { RunWriter } from './writer.ts'

/** A disk that takes `room` bytes more, and then refuses; null: it takes all. */
const disk = vi.hoisted(() => ({ room: null as number | null }))
vi.mock('node:fs', async (original) => {
  const actual = await original<typeof fs>()
  const writeSync = (file: number, bytes: Buffer, at: number, _: null, place: number): number => {
    if (disk.room === null) return actual.writeSync(file, bytes, at, null, place)
    if (disk.room === 0) throw new Error('ENOSPC: no space left on device')
    const written = actual.writeSync(file, bytes, at, Math.min(disk.room, bytes.length - at), place)
    disk.room -= written
    return written
  }
  return { ...actual, writeSync }
})
afterEach(() => {
  disk.room = null
})

test('rows that a full disk cuts in two are taken back whole, and the hash fits what stays', async () => {
  const writer = new RunWriter(mkdtempSync(join(tmpdir(), 'full-disk-')), 'x')
  writer.openCsv('requests.csv')
  writer.append('requests.csv', [requestRow()])
  disk.room = 100
  expect(() => writer.append('requests.csv', [requestRow({ id: 1 }), requestRow({ id: 2 })])).toThrow(
    /requests\.csv: cannot be written: ENOSPC/,
  )
  const { 'requests.csv': kept } = writer.closeFiles()
  const text = readFileSync(join(writer.directory, 'requests.csv'))
  expect(kept).toEqual({ rows: 1, sha256: createHash('sha256').update(text).digest('hex') })
  expect(await readRows(writer.directory, 'requests.csv')).toEqual([requestRow()])
  expect(writer.closeFiles()).toEqual({ 'requests.csv': kept })
  expect(readdirSync(writer.directory)).toEqual(['requests.csv'])
})
