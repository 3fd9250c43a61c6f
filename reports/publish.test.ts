import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { publish } from './publish.ts'
import { makeReport } from './testing/report-builder.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'joulemark-publish-'))
})
afterEach(() => rm(dir, { recursive: true }))

test('writes each format once, in order, and makes the folder', async () => {
  const out = join(dir, 'a', 'b')
  const written = await publish(makeReport(), ['md', 'csv', 'md', 'json'], out)
  expect(written).toEqual(
    ['report.md', 'throughput.csv', 'economics.csv', 'report.json'].map((name) => join(out, name)),
  )
  expect(await readFile(written[0]!, 'utf8')).toContain('# RTX 4090 and RTX PRO 6000 Max-Q: Llama')
})

test('a disk that refuses is an environment error of one line', async () => {
  const file = join(dir, 'file')
  await writeFile(file, '')
  await expect(publish(makeReport(), ['md'], file)).rejects.toMatchObject({ code: 'environment' })
})
