import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalogueNames } from '../catalogue/find.ts'
import { JoulemarkError } from '../errors.ts'
import { runOnce } from '../run/run.ts'
import type { RunOptions } from '../run/run-options.ts'
import { expandSweep } from '../scenario/expand.ts'
import { loadScenarios } from '../scenario/load-file.ts'
import { launchSimulator, type RunningSimulator } from '../simulator/launch.ts'
import { oneTrialOptions } from '../testing/run-options.ts'
import { orOutOfMemory, saysOutOfMemory } from './out-of-memory.ts'

/** What the card could not hold is a result, with its bytes; what went wrong otherwise stays an error. */
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

test.each([
  ['llama-3.1-70b-awq-single', /does not serve llama-3\.1-70b/],
  ['flux.1-dev-1024', /does not serve flux\.1-dev/],
  ['qwen2.5-coder-32b-awq-12-engineers', /does not serve qwen2\.5-coder-32b/],
])(
  'a server of another model is bad input for %s, whether or not it would fit: nothing was tried',
  async (name, says) => {
    await expect(run(name)).rejects.toMatchObject({ code: 'bad-input', message: expect.stringMatching(says) })
    expect(readdirSync(folder)).toEqual([])
  },
)

describe('an error', () => {
  const fit = { fits: false, reason: 'does not fit: 9.0 GB of weights on 8 GB', evidence: '9 GB into 8 GB' }
  const untried = { fit, startFailure: null }
  const fail = (code: 'bad-input' | 'environment', message: string) => () =>
    Promise.reject(new JoulemarkError(code, message))

  test('is thrown on where the model was not tried, though it does not fit by arithmetic', async () => {
    for (const error of ['HTTP 401: not authorised', 'does not serve the-model'])
      await expect(orOutOfMemory('http://x', untried, fail('bad-input', error))).rejects.toThrow(error)
    await expect(orOutOfMemory('http://x', untried, fail('environment', 'ECONNREFUSED'))).rejects.toThrow(
      'ECONNREFUSED',
    )
  })

  test('where the server that was started for the model ended for want of memory is OOM, with the bytes', async () => {
    const tried = { fit, startFailure: 'No available memory for the cache blocks' }
    const workload = await orOutOfMemory('http://x', tried, fail('environment', 'ECONNREFUSED'))
    expect(workload.oom).toBe(
      'does not fit: 9 GB into 8 GB; the server did not start (No available memory for the cache blocks)',
    )
    await expect(orOutOfMemory('http://x', tried, fail('bad-input', 'HTTP 401'))).rejects.toThrow('HTTP 401')
  })

  test('in words of missing memory is OOM, whatever the arithmetic says', async () => {
    const says = fail('environment', 'HTTP 500: CUDA out of memory')
    const workload = await orOutOfMemory('http://x', { fit: null, startFailure: null }, says)
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
