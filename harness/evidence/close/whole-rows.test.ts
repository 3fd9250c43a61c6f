import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeWhole } from './whole-rows.ts'

const header = 'trial,error\n'

test.each([
  ['a whole file stays as it is', `${header}0,\n1,x\n`, '', 2],
  ['a row without its line end is cut', `${header}0,\n`, '1,x', 1],
  ['a line end inside quotes ends no row', `${header}0,"a\nb ""c"" d"\n`, '1,"a\nb', 1],
  ['zero bytes and what follows them are cut', `${header}0,\n`, '\0\0\0\0\n2,x\n', 1],
  ['a header that was not finished is cut', '', 'trial,er', 0],
  ['an empty file has no rows', '', '', 0],
])('%s', async (_, whole, rest, rows) => {
  const path = join(mkdtempSync(join(tmpdir(), 'whole-')), 'requests.csv')
  writeFileSync(path, whole + rest)
  const sha256 = createHash('sha256').update(whole).digest('hex')
  expect(await makeWhole(path)).toEqual({ sha256, rows, cutBytes: Buffer.byteLength(rest) })
  expect(readFileSync(path, 'utf8')).toBe(whole)
})
