import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { MASKED } from '../secret-mask.ts'
import { observed } from '../testing/live-record-box.ts'
import { requestRow } from '../testing/rows.ts'
import { canonicalSha256 } from './provenance.ts'
import { readRun } from './read.ts'
import type { RunRecord } from './schema/run.ts'
import { RunWriter, type WriterOptions } from './writer.ts'

const KEY = 'token-9f8e7d6c5b'
afterEach(() => vi.unstubAllEnvs())

/** A record and a row that name the key wherever a server can put a text. */
async function written(options?: WriterOptions): Promise<{ readonly text: string; readonly record: RunRecord }> {
  const writer = new RunWriter(mkdtempSync(join(tmpdir(), 'writer-secrets-')), 'x', options)
  writer.openCsv('requests.csv')
  writer.openCsv('server.csv')
  writer.append('requests.csv', [requestRow({ error: `refused ${KEY}`, finishReason: `=${KEY}` })])
  writer.append('server.csv', [{ timeMs: 1, phase: 'before', trial: 0, metric: `requestSuccess/${KEY}`, value: 1 }])
  const box = observed('x')
  const base64 = Buffer.from(`Bearer ${KEY}`).toString('base64')
  writer.writeRecord({
    ...box,
    scenario: { ...box.scenario, title: `With ${KEY}` },
    endpoint: {
      ...box.endpoint,
      version: KEY.toUpperCase(),
      systemFingerprint: base64,
      servedModels: [`m-${encodeURIComponent(KEY)}`],
    },
    failure: `fetch http://h/?x=${KEY}`,
    files: writer.closeFiles(),
  })
  const text = readdirSync(writer.directory)
    .map((name) => readFileSync(join(writer.directory, name), 'utf8'))
    .join('\n')
  return { text, record: (await readRun(writer.directory)).record }
}

test.each([
  ['of the run', () => written({ secrets: [KEY, null] })],
  [
    'of the environment',
    () => {
      vi.stubEnv('HF_TOKEN', KEY)
      return written()
    },
  ],
])('no secret %s reaches a file, and the hash is that of the scenario on disk', async (_, write) => {
  const { text, record } = await write()
  expect(text.toLowerCase()).not.toContain(KEY)
  expect(text).not.toContain(Buffer.from(KEY).toString('base64').slice(2, -4))
  expect(text.split(MASKED).length - 1).toBe(8)
  expect(record).toMatchObject({ endpoint: { version: MASKED }, scenario: { title: `With ${MASKED}` } })
  expect(record.scenarioSha256).toBe(canonicalSha256(record.scenario))
})

test('a word that is sent as a key leaves the record as it is', async () => {
  const { record } = await written({ secrets: ['vllm'] })
  expect(record.endpoint.engine).toBe('vllm')
})
