import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalogueNames } from '../catalogue/find.ts'
import { JoulemarkError } from '../errors.ts'
import { readRun } from '../record/read.ts'
import { runOnce } from '../run/run.ts'
import type { RunOptions } from '../run/run-options.ts'
import { expandSweep } from '../scenario/expand.ts'
import { loadScenarios } from '../scenario/load-file.ts'
import { launchSimulator, type RunningSimulator } from '../simulator/launch.ts'
import { oneTrialOptions } from '../testing/run-options.ts'
import { orOutOfMemory, saysOutOfMemory } from './out-of-memory.ts'

/** What the card cannot hold is a result, with its bytes; what went wrong otherwise stays an error. */
const folder = mkdtempSync(join(tmpdir(), 'oom-'))
let simulator: RunningSimulator
beforeAll(async () => {
  simulator = await launchSimulator({ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' })
})
afterAll(() => simulator.stop())

const options = (): RunOptions =>
  oneTrialOptions({
    endpoint: simulator.url,
    nvidiaSmi: { path: simulator.nvidiaSmi, required: true },
    outDir: folder,
  })

async function run(name: string) {
  const path = fileURLToPath(new URL(`../../scenarios/${name}.yaml`, import.meta.url))
  const [file] = await loadScenarios([path], catalogueNames)
  const [plain] = file ? expandSweep(file) : []
  if (!plain) throw new Error(`${name} is no single run`)
  return runOnce(plain, options())
}

describe('a 4090 whose server has another model', () => {
  test.each([
    ['llama-3.1-70b-awq-single', /39\.8 GB of weights.* into 23\.7 GB/],
    ['llama-3.1-70b-bf16-pair', /141\.1 GB of weights/],
    ['flux.1-dev-1024', /33\.9 GB of weights in 16 bits/],
  ])('says OOM of %s, in a complete record that wears the stamp', async (name, evidence) => {
    const { directory } = await run(name)
    const { record } = await readRun(directory)
    expect(record).toMatchObject({ status: 'complete', result: {}, trials: [], source: 'simulated', quotable: false })
    expect(record.oom?.evidence).toMatch(evidence)
    expect(record.failure).toBeUndefined()
  })

  test('is no OOM for a model that would fit: it is bad input, as before', async () => {
    await expect(run('qwen2.5-coder-32b-awq-12-engineers')).rejects.toThrow(/does not serve qwen2\.5-coder-32b/)
  })
})

describe('an error', () => {
  const small = { fits: false, reason: 'does not fit: 9.0 GB of weights on 8 GB', evidence: '9 GB into 8 GB' }
  const fail = (code: 'bad-input' | 'environment', message: string) => () =>
    Promise.reject(new JoulemarkError(code, message))

  test('that a card too small does not explain is thrown on', async () => {
    const wrongKey = fail('bad-input', 'endpoint http://x: HTTP 401: not authorised')
    await expect(orOutOfMemory('http://x', small, wrongKey)).rejects.toThrow('not authorised')
    await expect(orOutOfMemory('http://x', null, fail('environment', 'ECONNREFUSED'))).rejects.toThrow('ECONNREFUSED')
  })

  test('in words of missing memory is OOM, whatever the arithmetic says', async () => {
    const workload = await orOutOfMemory('http://x', null, fail('environment', 'HTTP 500: CUDA out of memory'))
    expect(workload.oom).toMatch(/CUDA out of memory/)
  })
})

test.each([
  ['torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB', true],
  ['ValueError: No available memory for the cache blocks.', true],
  ["To serve at least one request with the model's max seq len (131072), more KV cache is needed", true],
  ['HTTP 429: queue is full', false],
  ['ECONNRESET', false],
])('%s', (text, isOom) => {
  expect(saysOutOfMemory(text)).toBe(isOom)
})
