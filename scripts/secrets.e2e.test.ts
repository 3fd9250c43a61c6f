import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fakeDocker } from '../harness/testing/fake-docker.ts'
import { hostileServer, MODEL, rightEvents, streaming } from '../harness/testing/hostile-server.ts'
import { runCli } from '../harness/testing/run-cli.ts'

/**
 * A server that repeats the key in every text that it sends, in every encoding. No output, record, report, bundle, log or
 * command line of another process may hold it.
 */
const KEY = 'token-9f8e+7d6c/5b4a'
const TOKEN = 'hf_ABCDEFGHIJKLmnop1234'

const outside = mkdtempSync(join(tmpdir(), 'secrets-key-'))
const folder = mkdtempSync(join(tmpdir(), 'secrets-'))
const signingKey = join(outside, 'key.pem')

const perByte = (text: string, write: (hex: string) => string): string =>
  [...Buffer.from(text)].map((byte) => write(byte.toString(16).padStart(2, '0'))).join('')
/** A secret as programs write it into another text. */
const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  perByte(secret, (hex) => `%${hex}`),
  perByte(secret, (hex) => `\\u00${hex}`),
  perByte(secret, (hex) => hex),
  perByte(secret, (hex) => `&#x${hex};`),
  Buffer.from(secret).toString('base64'),
  Buffer.from(`Bearer ${secret}`).toString('base64'),
]
/** What shows such a form: of base64 the characters that do not depend on what stands around the secret. */
const traces = [KEY, TOKEN].flatMap((secret) => [
  ...formsOf(secret).slice(0, -2),
  Buffer.from(secret).toString('base64').replace(/.=*$/, ''),
  Buffer.from(`Bearer ${secret}`).toString('base64').slice(12, -4),
])
/** Everything that the server knows, as one line. */
const said = [...formsOf(KEY), ...formsOf(TOKEN)].join(' ')
const found = (text: string): string[] => traces.filter((trace) => text.toLowerCase().includes(trace.toLowerCase()))

let requests = 0
const answers = {
  '/v1/models': JSON.stringify({
    object: 'list',
    data: [
      { id: MODEL, owned_by: 'vllm', root: MODEL, max_model_len: 16_384 },
      ...[...formsOf(KEY), ...formsOf(TOKEN)].map((form) => ({ id: `adapter-${form}`, root: `/models/${form}` })),
    ],
  }),
  '/version': JSON.stringify({ version: `0.32 ${KEY} ${encodeURIComponent(KEY)}` }),
  '/server_info': JSON.stringify({ vllm_config: `quantization='${KEY}', kv_cache_dtype=${TOKEN}` }),
  '/metrics': [
    `vllm:cache_config_info{block_size="16",cache_dtype="${KEY}",num_gpu_blocks="${KEY}"} 1`,
    `vllm:request_success_total{finished_reason="${KEY}",model_name="${MODEL}"} 1`,
    `vllm:generation_tokens_total{model_name="${MODEL}"} 1`,
    `vllm:generation_tokens_total{model_name="other ${KEY}"} 1`,
    '',
  ].join('\n'),
  '/v1/completions': streaming((wanted) => {
    requests += 1
    // the first request decides whether anything is measured
    if (requests % 3 === 0) return [{ error: { message: said } }]
    return rightEvents(wanted).map((event) => {
      const text = JSON.stringify({ ...event, system_fingerprint: `fp ${KEY} ${encodeURIComponent(KEY)}` })
      return text.replaceAll('"length"', JSON.stringify(`stop ${KEY}`))
    })
  }),
}
const refusals = {
  '/v1/models': (_: unknown, response: ServerResponse) => {
    response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message: said } }))
  },
}

interface Ended {
  readonly code: number
  readonly text: string
}

const outputs: string[] = []
async function joulemark(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const secrets = { OPENAI_API_KEY: KEY, HF_TOKEN: TOKEN, JOULEMARK_KEY: signingKey }
  const { code, stdout, stderr } = await runCli(args, {
    cwd: folder,
    env: { JOULEMARK_NVIDIA_SMI: '', ...secrets, ...env },
  })
  outputs.push(stdout, stderr)
  return { code, text: stdout + stderr }
}

/** The command lines of all processes of the machine. */
async function processList(): Promise<string> {
  if (existsSync('/proc/self/cmdline')) {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    return pids.map(commandLine).join('\n')
  }
  return new Promise((resolve) => execFile('ps', ['-A', '-ww', '-o', 'args'], (_, stdout) => resolve(stdout)))
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    // it ended meanwhile
    return ''
  }
}

const filesIn = (root: string): string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => join(root, name))
    .filter((path) => statSync(path).isFile())

let server: Awaited<ReturnType<typeof hostileServer>>
let refusing: Awaited<ReturnType<typeof hostileServer>>
let ran: Ended
const seen: string[] = []
beforeAll(async () => {
  server = await hostileServer(answers)
  refusing = await hostileServer(refusals)
  writeFileSync(
    join(folder, 's.yaml'),
    `name: repeats
title: A server that repeats the key
kind: text
model: llama-3.1-8b-instruct-fp8
load: { shape: closed, concurrency: 2, rampSeconds: 0 }
prompt: { tokens: 16, prefixCache: cold }
output: { tokens: 8 }
maxErrorRate: 0.5
trial: { seconds: 1, warmupSeconds: 0, quietSeconds: 0.8, minWindowSeconds: 0.2, requestTimeoutSeconds: 3 }
`,
  )
  mkdirSync(join(folder, 'out'))
  await joulemark(['key', 'new', '--out', signingKey])
  let isRunning = true
  const watching = (async () => {
    while (isRunning) {
      seen.push(await processList())
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })()
  const args = ['run', 's.yaml', '--endpoint', server.url, '--no-gpu', '--out', 'out', '--trials', '2', '--json']
  ran = await joulemark(args, { OPENAI_LOG: 'debug' })
  isRunning = false
  await watching
})
afterAll(async () => {
  await server.stop()
  await refusing.stop()
  rmSync(folder, { recursive: true })
  rmSync(outside, { recursive: true })
})

describe('a server that repeats the key', () => {
  test('is measured, and its words are in the record without the key', () => {
    const [record = ''] = filesIn(join(folder, 'out')).filter((path) => path.endsWith('run.json'))
    const rows = readFileSync(record.replace('run.json', 'requests.csv'), 'utf8')
    expect(ran.text).toContain('"id"')
    expect(JSON.parse(readFileSync(record, 'utf8'))).toMatchObject({
      status: 'complete',
      endpoint: { version: '0.32 [secret] [secret]', systemFingerprint: 'fp [secret] [secret]' },
    })
    expect(rows).toContain('stop [secret]')
    expect(rows).toMatch(/stream-error.*\[secret\]/)
  })

  test('gets the key into no output of the commands that follow', async () => {
    await joulemark(['list', 'out', '--gates'])
    await joulemark(['list', 'out', '--json'])
    const verified = await joulemark(['verify', 'out'])
    expect(verified.text).toMatch(/^verified: /)
    await joulemark(['report', 'out', '--format', 'md,html,csv,json,vllm', '--out', 'report'])
    expect(filesIn(join(folder, 'report')).length).toBeGreaterThan(3)
    expect((await joulemark(['bundle', 'out', '--out', 'bundle.tar'])).text).toContain('redacted')
    expect((await joulemark(['bundle', 'out', '--out', 'whole.tar', '--no-redact'])).code).toBe(0)
    await joulemark(['doctor', '--endpoint', server.url])
  })

  test('gets it into no refusal', async () => {
    const refused = await joulemark(['run', 's.yaml', '--endpoint', refusing.url, '--no-gpu', '--out', 'none'])
    expect([refused.code, refused.text]).toEqual([3, expect.stringContaining('[secret]')])
    const other = await joulemark(['run', 's.yaml', '--endpoint', server.url, '--no-gpu', '--served-as', 'x'])
    expect([other.code, other.text]).toEqual([2, expect.stringContaining('it serves: ')])
    const address = `ftp://me:${KEY}@h/v1?api_key=${KEY}`
    expect((await joulemark(['run', 's.yaml', '--endpoint', address, '--no-gpu'])).code).toBe(2)
  })

  test('gets it into no log of a container that is started', async () => {
    const docker = fakeDocker({ log: `INFO token ${TOKEN} key ${KEY}\nINFO ${said}\n`, exitCode: 1 })
    const started = await joulemark(['serve', 'llama-3.1-8b-fp8-single', '--card', 'rtx-4090'], {
      PATH: docker.env['PATH'],
    })
    expect([started.code, started.text]).toEqual([3, expect.stringContaining('INFO token [secret] key [secret]')])
    expect(found(JSON.stringify(docker.calls()))).toEqual([])
    expect(docker.calls().flat()).toContain('HF_TOKEN')
  })
})

test('no file, no output and no process list of all that holds a secret', () => {
  const files = filesIn(folder)
  expect(files.filter((path) => path.endsWith('.csv')).length).toBeGreaterThan(3)
  for (const path of files) expect(found(readFileSync(path, 'latin1')), path).toEqual([])
  expect(outputs.length).toBeGreaterThan(20)
  for (const text of outputs) expect(found(text), text.slice(0, 500)).toEqual([])
  expect(seen.some((list) => list.includes('cli.ts run'))).toBe(true)
  for (const list of seen) expect(found(list)).toEqual([])
  expect(outputs.join('\n')).not.toContain('PRIVATE KEY')
})
