import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CliEnd, cliWords, runCli } from '../harness/testing/run-cli.ts'

/** The command line as a person meets it: a process, its two streams and its exit code. */
const scenario = fileURLToPath(new URL('../scenarios/llama-3.1-8b-fp8-single.yaml', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'cli-'))
const out = join(folder, 'results')

const joulemark = (args: readonly string[], env: Record<string, string> = {}, cwd?: string): Promise<CliEnd> =>
  runCli(args, { env: { JOULEMARK_NVIDIA_SMI: '', ...env }, cwd })

let server: Server
let url: string
let answer: (response: ServerResponse) => void
beforeAll(async () => {
  server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

const json = (status: number, body: unknown) => (response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function fakeSmi(script: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'smi-')), 'nvidia-smi')
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

const run = (args: readonly string[], env?: Record<string, string>) =>
  joulemark(['run', scenario, '--out', out, '--no-progress', ...args], env)

/** One clear line, no stack, nothing written. */
function expectOneLine(ended: CliEnd, code: number, text: string | RegExp): void {
  expect(ended.stderr).toMatch(text)
  expect(ended.stderr.trim().split('\n')).toHaveLength(1)
  expect(ended.stderr).not.toMatch(/\n\s+at /)
  expect(ended.stdout).toBe('')
  expect(ended.code).toBe(code)
}

describe('bad input is one clear line and exit code 2', () => {
  test('a scenario that is not there', async () => {
    const ended = await joulemark(['run', 'nope.yaml', '--endpoint', url])
    expectOneLine(ended, 2, 'nope.yaml: no such file; scenario files are in scenarios/')
  })

  test('a scenario that is not YAML', async () => {
    const path = join(folder, 'bad.yaml')
    writeFileSync(path, 'name: [x\n')
    expectOneLine(await joulemark(['run', path, '--endpoint', url]), 2, /bad\.yaml:\d+: not valid YAML/)
  })

  test('an endpoint that is not a URL', async () => {
    expectOneLine(await run(['--no-gpu', '--endpoint', 'box:eight']), 2, '--endpoint box:eight: ')
  })

  test('a password in the endpoint is refused and not repeated', async () => {
    const ended = await run(['--no-gpu', '--endpoint', 'http://me:hunter2@box:8000'])
    expectOneLine(ended, 2, 'use OPENAI_API_KEY')
    expect(ended.stderr).not.toContain('hunter2')
  })

  test('a card that is not in the catalogue', async () => {
    expectOneLine(await run(['--endpoint', url, '--card', 'rtx-409']), 2, 'did you mean "rtx-4090"?')
  })

  test('the simulator with an endpoint, an unknown card, and a live run with --quick', async () => {
    expectOneLine(await run(['--simulate', 'rtx-4090', '--endpoint', url]), 2, 'exclude each other')
    expectOneLine(await run(['--simulate', 'rtx-409']), 2, 'did you mean "rtx-4090"?')
    expectOneLine(await run(['--quick', '--endpoint', url]), 2, '--quick requires --simulate')
  })

  test('a key that the server does not take; the key is not shown', async () => {
    answer = json(401, { error: 'Unauthorized' })
    const ended = await run(['--no-gpu', '--endpoint', url], { OPENAI_API_KEY: 'sk-very-secret' })
    expectOneLine(ended, 2, 'HTTP 401: not authorised; the key in OPENAI_API_KEY is not accepted')
    expect(ended.stderr).not.toContain('sk-very-secret')
  })

  test('a model that is not served lists those that are, without their control characters', async () => {
    answer = json(200, { object: 'list', data: [{ id: 'other/model\u001b[31m', object: 'model' }] })
    const ended = await run(['--no-gpu', '--endpoint', url])
    expectOneLine(ended, 2, /does not serve llama-3\.1-8b-instruct-fp8; it serves: other\/model/)
    expect(ended.stderr).not.toContain('\u001b')
  })

  test('a server that serves others is not loaded without --force', async () => {
    const page = 'vllm:num_requests_running{engine="0"} 2\nvllm:generation_tokens_total{engine="0"} 7\n'
    answer = (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end(page)
    const ended = await run(['--no-gpu', '--endpoint', url])
    expectOneLine(ended, 2, /the server is in use \(2 requests running, 0 waiting.*wait until it is idle, or .*--force/)
    const forced = await run(['--no-gpu', '--endpoint', url, '--force'])
    expect(forced.stderr).not.toContain('in use')
    expect(forced.code).not.toBe(0)
    answer = json(404, {})
  })

  test('a named nvidia-smi that is not there', async () => {
    expectOneLine(await run(['--endpoint', url, '--nvidia-smi', '/nope/nvidia-smi']), 2, '/nope/nvidia-smi')
  })

  test('an unknown option, and an unknown report format', async () => {
    expect((await joulemark(['run', scenario, '--endpiont', url])).code).toBe(2)
    expectOneLine(await joulemark(['report', folder, '--format', 'htlm']), 2, '--format htlm')
  })

  test('a folder without runs', async () => {
    expectOneLine(await joulemark(['report', folder]), 2, 'holds no run')
  })
})

describe('names instead of paths', () => {
  test('a bundled scenario is found from any folder, and a name near it is suggested', async () => {
    const found = await joulemark(['predict', 'llama-3.1-8b-fp8-single', '--card', 'rtx-4090'], {}, folder)
    expect(found).toMatchObject({ code: 0, stderr: '' })
    expect(found.stdout).toContain('llama-3.1-8b-fp8-single on rtx-4090')
    const wrong = await joulemark(['serve', 'llama-3.1-8b-fp8-batch23', '--card', 'rtx-4090', '--print'], {}, folder)
    expectOneLine(wrong, 2, 'batch23: no such file; did you mean "llama-3.1-8b-fp8-batch32"?')
  })

  test('mistyped cards and models suggest the nearest', async () => {
    expectOneLine(await joulemark(['simulate', '--card', '4090', '--model', 'sdxl']), 2, 'did you mean "rtx-4090"?')
    expectOneLine(await joulemark(['simulate', '--card', 'l40s', '--model', 'sdlx']), 2, 'did you mean "sdxl"?')
  })

  test('a whole simulated server: what does not fit together is one line', async () => {
    const simulate = (...args: string[]) => joulemark(['simulate', '--card', 'l40s', ...args])
    expectOneLine(await simulate(), 2, '--model is missing')
    expectOneLine(await simulate('--gpus', '2', '--model', 'sdxl'), 2, '--model: the servers')
    expectOneLine(await simulate('--gpus', '2', '--box-fault', '0=hto'), 2, 'did you mean "hot"?')
    expectOneLine(await simulate('--model', 'sdxl', '--power-budget', '9'), 2, 'add --gpus N')
  })
})

describe('help and old forms', () => {
  test('joulemark alone prints its help and exits 0', async () => {
    const ended = await joulemark([])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toMatch(/^Usage: joulemark/)
    expect(ended.stdout).toBe((await joulemark(['--help'])).stdout)
  })

  test('list --out still lists that folder, with a line about the new form', async () => {
    const examples = fileURLToPath(new URL('../reports/examples/runs', import.meta.url))
    const [old, now] = [await joulemark(['list', '--out', examples]), await joulemark(['list', examples])]
    expect(old.stderr).toBe('joulemark list --out FOLDER is deprecated; use joulemark list FOLDER\n')
    expect(now).toMatchObject({ code: 0, stderr: '' })
    expect(old.stdout).toBe(now.stdout)
  })

  test('baseline show reads the folder that it is given', async () => {
    const ended = await joulemark(['baseline', 'show', folder])
    expect(ended).toMatchObject({
      code: 0,
      stdout: `no baseline in ${folder}; make one with joulemark baseline set RUN… --out ${folder}\n`,
    })
  })
})

describe('a reader that has gone is no error', () => {
  test.each([
    [['fit'], 0],
    [['--help'], 0],
    [['serve', 'llama-3.1-70b-awq-single', '--card', 'rtx-4090', '--print'], 1],
  ])('%j into a closed pipe prints no error and keeps its exit code', async (args, code) => {
    const child = spawn(process.execPath, cliWords(...args), { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.on('data', (piece) => {
      stderr += piece
    })
    const ended = await new Promise((resolve) => child.once('close', resolve))
    expect({ ended, stderr }).toEqual({ ended: code, stderr: '' })
  })
})

describe('a world that fails is one clear line and exit code 3', () => {
  test('an endpoint without a server', async () => {
    const gone = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => gone.once('listening', resolve))
    const { port } = gone.address() as AddressInfo
    await new Promise((resolve) => gone.close(resolve))
    expectOneLine(
      await run(['--no-gpu', '--endpoint', `http://127.0.0.1:${port}`]),
      3,
      'cannot be reached (ECONNREFUSED)',
    )
  })

  test('a server that is not OpenAI-compatible', async () => {
    answer = json(404, {})
    expectOneLine(await run(['--no-gpu', '--endpoint', url]), 3, 'check that this is an OpenAI-compatible server')
  })

  test('an nvidia-smi that fails on stdout with code 9', async () => {
    const text =
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running."
    const path = fakeSmi(`printf '%s\\n' "${text}"; exit 9`)
    expectOneLine(await run(['--endpoint', url, '--nvidia-smi', path]), 3, /driver/)
  })
})

test('nothing was written by any of these', () => {
  expect(() => readdirSync(out)).toThrow()
})
