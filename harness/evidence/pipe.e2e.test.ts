import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { writeLiveRun } from '../testing/live-record.ts'
import { verifyRun } from './verify-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'pipe-'))
afterAll(() => rmSync(folder, { recursive: true }))

test.skipIf(process.platform === 'win32')('a pipe in place of a file is named, and not read', async () => {
  const { directory } = await writeLiveRun(folder, {})
  rmSync(join(directory, 'gpu.csv'))
  execFileSync('mkfifo', [join(directory, 'gpu.csv')])
  const { problems } = await verifyRun(directory)
  expect(problems.map(({ file, what }) => `${file}: ${what}`)).toEqual(['gpu.csv: is not a regular file'])
})
