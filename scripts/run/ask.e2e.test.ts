import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { launchSimulator, type RunningSimulator } from '../../harness/simulator/launch.ts'
import { saidIo } from '../../harness/testing/said-io.ts'
import { run } from '../actions/run.ts'
import type { CommandIo } from '../support/io.ts'
import type { AskFlags } from './ask-flags.ts'
import type { RunFlags } from './run-flags.ts'

/** A question without a file, on the simulator: what is run, said and kept. */
const folder = mkdtempSync(join(tmpdir(), 'ask-'))
let simulator: RunningSimulator
beforeAll(async () => {
  simulator = await launchSimulator({ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' })
})
afterAll(async () => {
  await simulator.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Ended {
  readonly code: number
  readonly runs: readonly { readonly record: RunRecord }[]
  readonly stdout: string
  readonly stderr: string
}

async function asked(paths: readonly string[], over: Partial<RunFlags & AskFlags>): Promise<Ended> {
  const { io, said } = saidIo({ env: { HOME: folder } })
  const { url: endpoint, nvidiaSmi } = simulator
  const plain = { gpu: true, out: join(folder, 'results'), trials: 1, workers: 1, calibrate: false, progress: false }
  const code = await run(paths, { endpoint, nvidiaSmi, ...plain, ...over }, io)
  return { code, runs: over.json ? (JSON.parse(said.stdout).runs as Ended['runs']) : [], ...said }
}

const short = { inputTokens: '64', outputTokens: '16', duration: '2', warmup: '0' }

test('the file that --save keeps is the scenario that ran: running it gives the same scenario', async () => {
  const save = join(folder, 'asked.yaml')
  const { code, runs, stderr } = await asked([], { ...short, concurrency: '2', save, json: true })
  expect(code).toBe(0)
  const text = readFileSync(save, 'utf8')
  expect(stderr).toContain(text.trimEnd().replaceAll(/^/gm, '  '))
  expect(runs[0]?.record).toMatchObject({
    source: 'simulated',
    scenario: { model: 'llama-3.1-8b-instruct-fp8', load: { shape: 'closed', concurrency: 2 } },
  })
  const again = await asked([save], { json: true })
  expect(again.runs[0]?.record.scenarioSha256).toBe(runs[0]?.record.scenarioSha256)
  // the same again is the same file; another question is not written over it
  await expect(asked([], { ...short, concurrency: '3', save })).rejects.toThrow('exists and says something else')
})

test('a sweep is a run for each value, and ends with one table', async () => {
  const { stdout } = await asked([], { ...short, sweep: '1,2' })
  const [, table = ''] = stdout.split('\nLlama 3.1 8B FP8, 64 in, 16 out on NVIDIA GeForce RTX 4090')
  expect(table).toMatch(/\n1 stream .*\n(.*\n)*?2 streams /)
  expect(table).not.toContain('Goodput')
})

test('the words of vllm bench serve: a number of prompts becomes a time by one request on each stream', async () => {
  const vllm = new Map([
    ['--max-concurrency', '4'],
    ['--random-input-len', '64'],
    ['--random-output-len', '16'],
    ['--num-prompts', '20'],
    ['--num-warmups', '3'],
  ])
  const { runs, stderr } = await asked([], { vllm, warmup: '0', json: true })
  const { scenario, trials } = runs[0]!.record
  expect(stderr).toMatch(/--num-prompts 20: a request takes \d\S* s with 4 in flight: trials of \d+ s/)
  expect(stderr).toContain('not used: --num-warmups: the warm-up is load for a time: --warmup SECONDS')
  expect(stderr.match(/What differs:\n( {2}.*\n){3}scenario /)).not.toBeNull()
  expect(scenario).toMatchObject({ load: { concurrency: 4 }, prompt: { tokens: 64 }, output: { tokens: 16 } })
  expect(trials[0]?.requests).toBeGreaterThanOrEqual(20)
})

describe('what cannot be asked is one line', () => {
  test.each<[readonly string[], Partial<RunFlags & AskFlags>, string]>([
    [
      ['article'],
      { concurrency: '2' },
      '--concurrency asks without a scenario file; remove article, or change the file instead',
    ],
    [['article'], { save: 'x' }, '--save asks without a scenario file'],
    [['article'], { vllm: new Map([['--num-prompts', '5']]) }, '--num-prompts asks without a scenario file'],
    [[], { concurrency: '0' }, '--concurrency: expected more than 0, got 0'],
    [
      [],
      { model: 'gpt-9' },
      /^--model gpt-9: endpoint http:\S+ serves neuralmagic\/Meta-Llama-3.1-8B-Instruct-FP8/.source,
    ],
    [[], { vllm: new Map([['--base-url', 'http://other:1']]) }, 'state the same thing; give one of them'],
    [[], { vllm: new Map([['--num-prompts', 'x']]) }, '--num-prompts x: expected a whole number of at least 1'],
    [[], { duration: '5', vllm: new Map([['--num-prompts', '9']]) }, '--duration and --num-prompts exclude each other'],
    [[], { endpoint: 'box:eight' }, '--endpoint box:eight: '],
    [[], { save: join(folder, 'no', 'such', 'folder.yaml') }, 'cannot be written'],
  ])('%j %j', async (paths, flags, said) => {
    const failed = asked(paths, flags).then(
      () => null,
      (error: unknown) => error,
    )
    await expect(failed).resolves.toMatchObject({ exitCode: 2, message: expect.stringMatching(new RegExp(said)) })
  })

  test('nothing at all', async () => {
    const { endpoint: _, ...rest } = { endpoint: undefined, ...short }
    const bare = { gpu: true, out: folder, calibrate: false, progress: false }
    const io: CommandIo = {
      stdout: () => {},
      stderr: { isTTY: false, color: false, write: () => {} },
      env: {},
      columns: null,
      color: false,
    }
    await expect(run([], bare, io)).rejects.toThrow(/^expected a scenario, such as .*, or --endpoint URL/)
    await expect(run([], { ...bare, ...rest }, io)).rejects.toThrow('--input-tokens: requires a server: --endpoint URL')
    await expect(run([], { ...bare, simulate: 'l40s' }, io)).rejects.toThrow('requires --model KEY')
    expect(existsSync(join(folder, 'results', 'run.log'))).toBe(false)
  })
})
