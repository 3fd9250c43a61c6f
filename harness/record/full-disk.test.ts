import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { requestRow } from '../testing/rows.ts'
import { csvHeader, toCsv } from './csv.ts'
import { DiskError, diskError } from './disk/disk-error.ts'
import { replaceFile } from './json-file.ts'
import { readRows } from './read.ts'
import { ROWS_ON_DISK_MS, RunWriter, type WriteAt } from './writer.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** A disk that takes as many bytes as it has room for, and then refuses. */
function diskOf(room: number): WriteAt {
  let left = room
  return (file, bytes, offset, place) => {
    if (left === 0) throw new Error('ENOSPC: no space left on device')
    const written = writeSync(file, bytes, offset, Math.min(left, bytes.length - offset), place)
    left -= written
    return written
  }
}

test('rows that a full disk cuts in two are taken back whole, and the hash fits what stays', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'full-disk-'))
  const rowBytes = toCsv('requests.csv', [requestRow()]).length
  const writer = new RunWriter(folder, 'x', {
    writeAt: diskOf(csvHeader('requests.csv').length + Math.round(2.5 * rowBytes)),
  })
  writer.openCsv('requests.csv')
  writer.append('requests.csv', [requestRow()])
  const more = [requestRow({ id: 1 }), requestRow({ id: 2 })]
  expect(() => writer.append('requests.csv', more)).toThrow(/requests\.csv: cannot be written: ENOSPC/)
  const { 'requests.csv': kept } = writer.closeFiles()
  const text = readFileSync(join(writer.directory, 'requests.csv'))
  expect(kept).toEqual({ rows: 1, sha256: createHash('sha256').update(text).digest('hex') })
  expect(await readRows(writer.directory, 'requests.csv')).toEqual([requestRow()])
  expect(writer.closeFiles()).toEqual({ 'requests.csv': kept })
  expect(readdirSync(writer.directory)).toEqual(['requests.csv'])
})

/** As Node throws it: it has no name for this error. */
const unnamed = (name: 'EDQUOT' | 'ESTALE') =>
  Object.assign(new Error('UNKNOWN: unknown error, write'), { code: 'UNKNOWN', errno: -constants.errno[name] })

function overQuota(): never {
  throw unnamed('EDQUOT')
}

describe('a file that is replaced', () => {
  const path = () => join(mkdtempSync(join(tmpdir(), 'replace-')), 'run.json')

  test('is completed where the disk takes a few bytes at a time', () => {
    const file = path()
    replaceFile(file, 'a text of 24 characters\n', (open, bytes, offset) =>
      writeSync(open, bytes, offset, Math.min(5, bytes.length - offset)),
    )
    expect(readFileSync(file, 'utf8')).toBe('a text of 24 characters\n')
  })

  test.each([
    ['takes half of it and then nothing', () => 0],
    ['refuses the rest', overQuota],
  ])('stays as it was where the disk %s, and nothing is left beside it', (_, rest) => {
    const file = path()
    writeFileSync(file, 'the old text')
    const half = (open: number, bytes: Buffer, offset: number) => (offset === 0 ? writeSync(open, bytes, 0, 8) : rest())
    expect(() => replaceFile(file, 'a text of 24 characters\n', half)).toThrow(DiskError)
    expect(readFileSync(file, 'utf8')).toBe('the old text')
    expect(readdirSync(join(file, '..'))).toEqual(['run.json'])
  })

  test('in a folder that is gone is one line of the class for the disk', () => {
    const file = path()
    rmSync(join(file, '..'), { recursive: true })
    expect(() => replaceFile(file, 'x')).toThrow(`${file}: cannot be written: its folder was removed`)
  })
})

describe('rows reach the disk', () => {
  test('within the time that docs/run.md states', () => {
    expect(ROWS_ON_DISK_MS).toBe(5000)
    const readme = readFileSync(new URL('../../docs/run.md', import.meta.url), 'utf8').replace(/\s+/g, ' ')
    expect(readme).toContain('all but those of the last five seconds')
  })

  test('within the stated time, and an error of that is thrown by the next row', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const writer = new RunWriter(mkdtempSync(join(tmpdir(), 'flush-')), 'x')
    const flush = vi.spyOn(writer, 'flush')
    writer.openCsv('requests.csv')
    writer.append('requests.csv', [requestRow()])
    vi.advanceTimersByTime(ROWS_ON_DISK_MS - 1)
    expect(flush).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    await flush.mock.results[0]?.value
    writer.append('requests.csv', [requestRow({ id: 1 })])
    rmSync(writer.directory, { recursive: true })
    vi.advanceTimersByTime(ROWS_ON_DISK_MS)
    await flush.mock.results[1]?.value
    expect(() => writer.append('requests.csv', [requestRow({ id: 2 })])).toThrow(
      /requests\.csv: cannot be written: its folder was removed or unmounted/,
    )
    expect(() => writer.closeFiles()).toThrow(DiskError)
    expect(flush).toHaveBeenCalledTimes(2)
  })

  test('at once when the files are closed, and no timer is left', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const writer = new RunWriter(mkdtempSync(join(tmpdir(), 'flush-')), 'x')
    writer.openCsv('requests.csv')
    expect(vi.getTimerCount()).toBe(1)
    writer.closeFiles()
    expect(vi.getTimerCount()).toBe(0)
  })
})

test.each([
  ['ENOSPC', 'no space is left on the disk (ENOSPC); free some'],
  ['EROFS', 'the disk is mounted read-only (EROFS), as the kernel does after a disk error; look into dmesg'],
  ['EBADF', 'EBADF: what the system said'],
])('%s is one line with what to do', (code, words) => {
  const error = diskError('/out/run.json', Object.assign(new Error(`${code}: what the system said`), { code }))
  expect(error.message).toBe(`/out/run.json: cannot be written: ${words}`)
  expect(error.exitCode).toBe(3)
  expect(diskError('/other', error)).toBe(error)
})

test('what Node has no name for is named by its number', () => {
  expect(diskError('/out/x', unnamed('EDQUOT')).message).toBe(
    '/out/x: cannot be written: the disk quota is used up (EDQUOT); free some space, or have it raised',
  )
  expect(diskError('/out/x', unnamed('ESTALE')).message).toContain('network file system (ESTALE)')
})
