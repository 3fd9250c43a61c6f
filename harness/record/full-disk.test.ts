import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { requestRow } from '../testing/rows.ts'
import { csvHeader, toCsv } from './csv.ts'
import { readRows } from './read.ts'
import { RunWriter, type WriteAt } from './writer.ts'

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
  const writer = new RunWriter(folder, 'x', diskOf(csvHeader('requests.csv').length + Math.round(2.5 * rowBytes)))
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
