import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type CliEnd, cliWords } from '../harness/testing/run-cli.ts'

/** Addresses, keys and settings of the environment as the command line takes them: a process and its two streams. */
const bundled = fileURLToPath(new URL('../scenarios/llama-3.1-8b-fp8-single.yaml', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'cli-endpoint-'))
const out = join(folder, 'results')
const KEY = 'sk-live-9f8e7d6c5b'
const SERVED = '/data/models/llama-3.1-8b-fp8'

function joulemark(args: readonly string[], env: Record<string, string> = {}, limit = ''): Promise<CliEnd> {
  const clean = {
    NO_COLOR: '1',
    OPENAI_API_KEY: '',
    JOULEMARK_NVIDIA_SMI: '',
    HF_TOKEN: '',
    HTTP_PROXY: '',
    NO_PROXY: '',
  }
  const script = `${limit}exec "$@"`
  return new Promise((resolve) => {
    const command = ['-c', script, 'sh', process.execPath, ...cliWords(...args)]
    execFile('sh', command, { env: { ...process.env, ...clean, ...env } }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}
const run = (endpoint: string, env?: Record<string, string>, ...more: string[]) =>
  joulemark(['run', bundled, '--out', out, '--no-progress', '--no-gpu', '--endpoint', endpoint, ...more], env)

/** One line, exit code, nothing on stdout, and no part of the key. */
function expectOneLine(ended: CliEnd, code: number, text: string | RegExp): void {
  expect(ended.stderr).toMatch(text)
  expect(ended.stderr.trim().split('\n')).toHaveLength(1)
  expect(ended.stderr).not.toContain(KEY.slice(-10))
  expect(ended).toMatchObject({ code, stdout: '' })
}

let server: Server
let url: string
/** Paths that were asked for, without the counters, which show whether the server is in use. */
const calls = () => asked.map((each) => each.url).filter((path) => path !== '/metrics')
let asked: { url: string; headers: Record<string, unknown> }[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', headers: request.headers })
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ object: 'list', data: [{ id: SERVED, object: 'model', root: SERVED }] }))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  asked = []
})
afterAll(() => {
  server.close()
  // none of these runs got as far as a record
  expect(existsSync(out)).toBe(false)
  rmSync(folder, { recursive: true })
})

describe('the address', () => {
  test.each(['PLACE', 'http://PLACE/v1/completions', ' HTTP://PLACE/v1/chat/completions/ '])('%j', async (written) => {
    const ended = await run(written.replace('PLACE', url))
    expectOneLine(ended, 2, `endpoint http://${url}: does not serve llama-3.1-8b-instruct-fp8`)
    expect(calls()).toEqual(['/v1/models'])
  })

  test('a query is not sent, which is said without repeating it', async () => {
    const { stderr, ...ended } = await run(`http://${url}/v1/chat/completions?api_key=${KEY}`)
    const [note, ...rest] = stderr.trim().split('\n')
    expect(note).toContain('the query of --endpoint is not sent')
    expectOneLine({ ...ended, stderr: rest.join('\n') }, 2, `endpoint http://${url}: does not serve`)
    expect(stderr).not.toContain(KEY.slice(-10))
    expect(calls()).toEqual(['/v1/models'])
  })
})

describe('a model that is served under another name', () => {
  test('both ways out are named', async () => {
    expectOneLine(
      await run(url),
      2,
      `it serves: ${SERVED}; if that is this model under another name, add --served-as ${SERVED}, or restart vLLM with --served-model-name neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8 (gate endpoint-model then warns)`,
    )
  })

  test('--served-as must name what is served, of one model, on a real server', async () => {
    expectOneLine(await run(url, {}, '--served-as', 'mine'), 2, `--served-as mine: not served; it serves: ${SERVED}`)
    const two = ['run', 'llama-3.1-8b-fp8-single', 'llama-3.1-70b-awq-single', '--endpoint', url, '--served-as', 'mine']
    expectOneLine(await joulemark(two), 2, '--served-as is the served name of one model; these scenarios require')
    const simulated = ['run', bundled, '--simulate', 'rtx-4090', '--served-as', 'mine']
    expectOneLine(await joulemark(simulated), 2, 'the simulator has its own')
  })
})

describe('the key', () => {
  test('is sent without the carriage return of a .env file, and with no header of the environment', async () => {
    const env = { OPENAI_API_KEY: `${KEY}\r\n`, OPENAI_CUSTOM_HEADERS: 'x-custom: 1\nauthorization: Bearer other' }
    expectOneLine(await run(url, env), 2, 'does not serve')
    expect(asked[0]?.headers).toMatchObject({ authorization: `Bearer ${KEY}` })
    expect(asked[0]?.headers).not.toHaveProperty('x-custom')
  })

  test('no key, no Authorization header', async () => {
    await run(url, { OPENAI_API_KEY: ' \r' })
    expect(asked[0]?.headers).not.toHaveProperty('authorization')
  })

  test('a key that no header can carry is refused by every command that would send it', async () => {
    const env = { OPENAI_API_KEY: `“${KEY}”` }
    const line = 'OPENAI_API_KEY: character 1 is a typographic quotation mark, which no HTTP header can carry'
    expectOneLine(await run(url, env), 2, line)
    expectOneLine(await joulemark(['doctor', '--endpoint', url], env), 2, line)
    expectOneLine(await joulemark(['box', '--out', out], env), 2, line)
    expect(asked).toEqual([])
  })

  test('so is a token of Hugging Face, before a container is started', async () => {
    const env = { HF_TOKEN: `"${KEY}"` }
    const line = 'HF_TOKEN: the key is in quotes; remove them'
    expectOneLine(await joulemark(['serve', 'llama-3.1-8b-fp8-single', '--card', 'rtx-4090'], env), 2, line)
    expectOneLine(await joulemark(['box', '--out', out], env), 2, line)
  })
})

test('OPENAI_LOG prints to stderr, without the key: stdout is for the answer', async () => {
  const ended = await run(url, { OPENAI_API_KEY: KEY, OPENAI_LOG: 'debug' }, '--json')
  expect(ended).toMatchObject({ code: 2, stdout: '' })
  expect(ended.stderr).toContain('/v1/models')
  expect(ended.stderr).not.toContain(KEY)
})

test('with OPENAI_LOG a whole run prints one document to stdout', async () => {
  const short = join(folder, 'short.yaml')
  const trial = '{ seconds: 3, warmupSeconds: 0, quietSeconds: 1 }'
  writeFileSync(
    short,
    `name: short\ntitle: Short\nkind: text\nmodel: llama-3.1-8b-instruct-fp8\nload: { shape: closed, concurrency: 2 }\nprompt: { tokens: 32, prefixCache: cold }\noutput: { tokens: 16 }\ntrial: ${trial}\n`,
  )
  const args = ['run', short, '--simulate', 'rtx-4090', '--quick', '--json', '--out', join(folder, 'simulated')]
  const ended = await joulemark([...args, '--skip-calibration', '--no-progress'], { OPENAI_LOG: 'debug' })
  expect(JSON.parse(ended.stdout)).toMatchObject({ runs: [{ record: { status: 'complete', quick: true } }] })
  expect(ended.stderr).toContain('sending request')
})

test('a proxy that the environment names for the server is said not to be used', async () => {
  const ended = await run('http://no-such-host.invalid:8000', { HTTP_PROXY: 'http://me:hunter2@127.0.0.1:9' })
  const [note, line, ...more] = ended.stderr.trim().split('\n')
  expect(note).toMatch(/^HTTP_PROXY is set and not used: /)
  expect(line).toMatch(/^endpoint http:\/\/no-such-host\.invalid:8000: cannot be reached/)
  expect(more).toEqual([])
  expect(ended.stderr).not.toContain('hunter2')
  expect(ended.code).toBe(3)
})

test('serve passes a proxy to the container by name, and says which it does not', async () => {
  const print = ['serve', 'llama-3.1-8b-fp8-single', '--card', 'rtx-4090', '--print']
  const passed = await joulemark(print, { HTTPS_PROXY: 'http://me:hunter2@proxy:3128', NO_PROXY: 'lan' })
  expect(passed.stdout).toContain(' \\\n  --env HF_TOKEN \\\n  --env HTTPS_PROXY \\\n  --env NO_PROXY \\\n  vllm/')
  expect(`${passed.stdout}${passed.stderr}`).not.toContain('hunter2')
  const loopback = await joulemark(print, { HTTPS_PROXY: 'http://127.0.0.1:3128' })
  expect(loopback.stdout).not.toContain('HTTPS_PROXY')
  expect(loopback.stderr).toBe(
    'HTTPS_PROXY names a proxy on a loopback address, which a container cannot reach: weights are downloaded without it\n',
  )
})

test('too few file handles for the streams: one line with what to type, before any request of the model', async () => {
  const many = join(folder, 'many.yaml')
  writeFileSync(many, readFileSync(bundled, 'utf8').replace(/concurrency: \d+/, 'concurrency: 900'))
  const args = ['run', many, '--out', out, '--no-progress', '--no-gpu', '--endpoint', url]
  const ended = await joulemark(args, {}, 'ulimit -n 512; ')
  expectOneLine(
    ended,
    3,
    /^900 connections require about (9|10)\d\d open files, and this shell allows 512: type ulimit -n (1024|2048) /,
  )
  expect(calls()).toEqual([])
})
