import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { afterAll, expect, test } from 'vitest'
import { exitCodes, JoulemarkError } from '../errors.ts'
import { type RunRecord, runRecordSchema } from '../record/schema/run.ts'
import type { PlainTextFile } from '../scenario/expand.ts'
import { scenarioSchema } from '../scenario/schema.ts'
import {
  type Answer,
  type Answers,
  hostileServer,
  MODEL,
  modelList,
  rightEvents,
  streaming,
} from '../testing/hostile-server.ts'
import { oneTrialOptions } from '../testing/run-options.ts'
import { silentProgress } from './progress.ts'
import { runOnce } from './run.ts'

/**
 * A server that answers anything. Each run ends with one line and an exit code, or with a valid record that is not
 * `running`; an exception outside of a promise would fail this file.
 */
const outDir = mkdtempSync(join(tmpdir(), 'hostile-'))
afterAll(() => rmSync(outDir, { recursive: true, force: true }))
const limit = pLimit(3)

const file = scenarioSchema.parse({
  name: 'hostile',
  title: 'A hostile server',
  kind: 'text',
  model: 'llama-3.1-8b-instruct-fp8',
  load: { shape: 'closed', concurrency: 2, rampSeconds: 0 },
  prompt: { tokens: 16, prefixCache: 'cold' },
  output: { tokens: 8 },
  trial: { seconds: 1, warmupSeconds: 0, quietSeconds: 0.8, minWindowSeconds: 0.2, requestTimeoutSeconds: 3 },
}) as unknown as PlainTextFile

interface Ended {
  readonly record: RunRecord | null
  readonly error: unknown
  readonly lines: readonly string[]
}

async function runOn(answers: Answers, folder: string): Promise<Ended> {
  const server = await hostileServer(answers)
  const lines: string[] = []
  try {
    const { record } = await runOnce(
      file,
      oneTrialOptions({
        endpoint: server.url,
        outDir: folder,
        progress: { ...silentProgress, warn: (line) => lines.push(line) },
      }),
    )
    return { record, error: null, lines }
  } catch (error) {
    return { record: null, error, lines }
  } finally {
    await server.stop()
  }
}

/** The records in a folder, read from disk and checked. */
const recordsIn = (folder: string): RunRecord[] =>
  readdirSync(folder).map((id) => runRecordSchema.parse(JSON.parse(readFileSync(join(folder, id, 'run.json'), 'utf8'))))

const megabyte = 'x'.repeat(2 ** 20)
const escapes = '\u001b]0;evil\u0007\u001b[31mred'
/** Never ends; the answer is sent for as long as somebody reads it. */
const endless =
  (bytes: string | Buffer): Answer =>
  (_, response) => {
    const timer = setInterval(() => response.write(bytes), 1)
    response.on('close', () => clearInterval(timer))
  }
const raw =
  (bytes: string): Answer =>
  (_, response: ServerResponse) => {
    response.socket?.end(bytes)
  }
const status =
  (code: number, text: string): Answer =>
  (_, response) =>
    response.writeHead(code, { 'content-type': 'application/json' }).end(text)
/** A right stream whose event at this place is replaced. */
const withEvent = (at: number, event: object | string): Answer =>
  streaming((wanted) => rightEvents(wanted).map((each, place) => (place === at ? event : each)))
const withUsage = (usage: unknown): Answer =>
  streaming((wanted) => [...rightEvents(wanted).slice(0, -1), { choices: [], usage: usage as object }])
const choice = (over: object): object => ({ choices: [{ index: 0, text: ' a', finish_reason: null, ...over }] })

/** Nothing can be measured: one line before a record is opened. */
const refused: readonly (readonly [what: string, answers: Answers])[] = [
  ['an empty list', { '/v1/models': '' }],
  ['HTML', { '/v1/models': `<html>${escapes}</html>` }],
  ['null', { '/v1/models': 'null' }],
  ['a list without a list', { '/v1/models': '{"data":{"id":"x"}}' }],
  ['a model without a name', { '/v1/models': '{"data":[{"id":{}},null,7]}' }],
  ['a name with escapes', { '/v1/models': modelList({ id: escapes, root: null }) }],
  ['a name of a megabyte', { '/v1/models': modelList({ id: megabyte, root: null }) }],
  ['a list that is nested too deeply', { '/v1/models': '['.repeat(1_000_000) }],
  ['a list without end', { '/v1/models': endless(megabyte) }],
  [
    'an error of a megabyte with escapes',
    { '/v1/models': status(500, `{"error":{"message":"${escapes}${megabyte}"}}`) },
  ],
  ['an error that is not valid', { '/v1/models': status(503, '{"error":null}') }],
  ['no content', { '/v1/models': status(204, '') }],
  ['a redirect to nowhere', { '/v1/models': (_, response) => response.writeHead(302, { location: 'http://[' }).end() }],
  ['bytes that are not HTTP', { '/v1/models': raw('\u0000\u0001 garbage\r\n\r\n') }],
  ['half of an answer', { '/v1/models': raw('HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{"data"') }],
  [
    'a compressed answer that is not',
    { '/v1/models': (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x') },
  ],
  ['a connection that is closed', { '/v1/models': (_, response) => response.destroy() }],
  [
    'a refusal of the first request',
    { '/v1/completions': status(400, `{"error":{"message":"${escapes}${megabyte}"}}`) },
  ],
  ['a first request that is cut', { '/v1/completions': (_, response) => response.destroy() }],
]

/** The model can be measured, whatever the server adds: the run ends with a record. */
const measured: readonly (readonly [what: string, answers: Answers])[] = [
  ['a context that is a text', { '/v1/models': modelList({ max_model_len: '16384' }) }],
  ['a context of 1e400', { '/v1/models': modelList().replace('16384', '1e400') }],
  ['a negative context', { '/v1/models': modelList({ max_model_len: -1 }) }],
  [
    'a hundred thousand other models',
    { '/v1/models': JSON.stringify({ data: [{ id: MODEL }, ...Array(100_000).fill({ id: 'm' })] }) },
  ],
  ['a version that is an object', { '/version': '{"version":{"a":1}}' }],
  ['a version of a megabyte', { '/version': `{"version":"${megabyte}"}` }],
  ['a version with escapes', { '/version': JSON.stringify({ version: escapes }) }],
  ['a version that never comes', { '/version': () => {} }],
  ['settings that are no settings', { '/server_info': '{"vllm_config":[1]}' }],
  ['settings without end', { '/server_info': endless(megabyte) }],
  [
    'metrics of every wrong value',
    {
      '/metrics': ['NaN', '+Inf', '-5', '1e400', '', '0x1f', '1_0']
        .map((value) => `vllm:generation_tokens_total{engine="${value}"} ${value}\n`)
        .join(''),
    },
  ],
  ['metrics in bytes', { '/metrics': Buffer.from(Array.from({ length: 4096 }, (_, at) => at % 256)) }],
  ['metrics without end', { '/metrics': endless('vllm:generation_tokens_total 1\n'.repeat(20_000)) }],
  ['one line of metrics without end', { '/metrics': endless(megabyte) }],
  [
    'metrics that say another thing each time',
    { '/metrics': (_, response) => response.end(`vllm:generation_tokens_total ${Math.floor(Math.random() * 1e6)}\n`) },
  ],
  [
    'labels with escapes',
    {
      '/metrics': `vllm:generation_tokens_total{model_name="${escapes}"} 1\nvllm:generation_tokens_total{model_name="b"} 1\n`,
    },
  ],
  [
    'a cache of no size',
    { '/metrics': 'vllm:cache_config_info{block_size="-16",num_gpu_blocks="1e999",gpu_memory_utilization="NaN"} 1\n' },
  ],
  ['usage that is a text', { '/v1/completions': withUsage('many') }],
  ['usage of texts', { '/v1/completions': withUsage({ prompt_tokens: '16', completion_tokens: '8' }) }],
  ['negative usage', { '/v1/completions': withUsage({ prompt_tokens: -16, completion_tokens: -8 }) }],
  ['usage of lists', { '/v1/completions': withUsage({ prompt_tokens: [16], completion_tokens: { a: 1 } }) }],
  ['usage of fractions', { '/v1/completions': withUsage({ prompt_tokens: 16.5, completion_tokens: 1e300 }) }],
  [
    'usage beyond every number',
    { '/v1/completions': withEvent(8, '{"choices":[],"usage":{"prompt_tokens":1e400,"completion_tokens":1e400}}') },
  ],
  ['an event that is null', { '/v1/completions': withEvent(0, 'null') }],
  ['an event that is a number', { '/v1/completions': withEvent(0, '5') }],
  ['choices that are an object', { '/v1/completions': withEvent(0, { choices: { text: 'a' } }) }],
  ['choices that are a text', { '/v1/completions': withEvent(0, { choices: 'aaaa' }) }],
  ['a choice that is null', { '/v1/completions': withEvent(0, { choices: [null] }) }],
  ['a text that is a number', { '/v1/completions': withEvent(0, choice({ text: 7 })) }],
  ['an end that is an object', { '/v1/completions': withEvent(7, choice({ finish_reason: { a: 1 } })) }],
  ['a fingerprint of a megabyte', { '/v1/completions': withEvent(0, { ...choice({}), system_fingerprint: megabyte }) }],
  ['a fingerprint with escapes', { '/v1/completions': withEvent(0, { ...choice({}), system_fingerprint: escapes }) }],
  ['an event of eight megabytes', { '/v1/completions': withEvent(0, choice({ text: megabyte.repeat(8) })) }],
  ['an event that is nested too deeply', { '/v1/completions': withEvent(0, '['.repeat(100_000)) }],
  ['an error event that is not valid', { '/v1/completions': withEvent(0, { error: { message: { a: escapes } } }) }],
  ['bytes in place of events', { '/v1/completions': streaming(() => [Buffer.alloc(5000, 0xff).toString('latin1')]) }],
]

const isOneLine = (line: string): boolean => line.length < 1500 && !/\p{Cc}/u.test(line)

test.concurrent.each(refused)('%s: one line, nothing written', async (what, answers) => {
  const folder = mkdtempSync(join(outDir, 'refused-'))
  const { record, error } = await limit(() => runOn(answers, folder))
  expect(record, what).toBeNull()
  expect(error).toBeInstanceOf(JoulemarkError)
  const { exitCode, message } = error as JoulemarkError
  expect([exitCodes.badInput, exitCodes.environmentFailed]).toContain(exitCode)
  expect(message).toSatisfy(isOneLine)
  expect(recordsIn(folder)).toEqual([])
})

test.concurrent.each(measured)('%s: a valid record that has ended, or one line', async (_, answers) => {
  const folder = mkdtempSync(join(outDir, 'measured-'))
  const { error, lines } = await limit(() => runOn(answers, folder))
  if (error !== null) {
    expect(error).toBeInstanceOf(JoulemarkError)
    expect((error as JoulemarkError).message).toSatisfy(isOneLine)
  }
  for (const record of recordsIn(folder)) {
    expect(record.status).not.toBe('running')
    expect(record.quotable).toBe(false)
    expect(record.endpoint.version ?? '').toSatisfy(isOneLine)
    expect(record.endpoint.systemFingerprint ?? '').toSatisfy(isOneLine)
    expect(record.gates.map(({ evidence }) => evidence).filter((text) => /\p{Cc}/u.test(text))).toEqual([])
  }
  for (const line of lines) expect(line).toSatisfy(isOneLine)
})

test('what keeps a run from being quoted is said before a first request that is never answered', async () => {
  const folder = mkdtempSync(join(outDir, 'silent-'))
  const { error, lines } = await limit(() => runOn({ '/v1/completions': () => {} }, folder))
  expect(error).toBeInstanceOf(JoulemarkError)
  expect(lines).toContainEqual(expect.stringMatching(/^this run cannot be quoted: token-audit: .*HTTP 404/))
  expect(lines.filter((line) => line.includes('signature: '))).toHaveLength(1)
})
