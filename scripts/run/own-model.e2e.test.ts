import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, test } from 'vitest'
import { describeModel } from '../../harness/catalogue/checkpoint/describe-model.ts'
import type { DescribedModel } from '../../harness/catalogue/types.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { launchSimulator, type RunningSimulator } from '../../harness/simulator/launch.ts'
import { fakeDocker } from '../../harness/testing/fake-docker.ts'
import { makeModelFolder, safetensorsStart } from '../../harness/testing/model-folder.ts'
import { type CliEnd, cliWords, runCli } from '../../harness/testing/run-cli.ts'
import { untilMeasured } from '../../harness/testing/until-measured.ts'

/** Models that no catalogue has, through the command line: simulated from their folder, and served under a name of their own. */
const home = mkdtempSync(join(tmpdir(), 'own-model-'))
let env: NodeJS.ProcessEnv = {
  ...process.env,
  HOME: home,
  XDG_CONFIG_HOME: '',
  NO_COLOR: '1',
  HF_HUB_OFFLINE: '1',
  OPENAI_API_KEY: '',
}
const stops: (() => unknown)[] = []
afterAll(async () => {
  for (const stop of stops) await stop()
  rmSync(home, { recursive: true, force: true })
})

const config = {
  model_type: 'llama',
  hidden_size: 2048,
  intermediate_size: 8192,
  num_hidden_layers: 16,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 64,
  vocab_size: 32_000,
  max_position_embeddings: 32_768,
  tie_word_embeddings: false,
}
const folder = makeModelFolder(join(home, 'my-llama'), config)

const joulemark = (...args: readonly string[]): Promise<CliEnd> => runCli(args, { env, cwd: home })

/** A short question to a server, and the record of it. */
async function asked(out: string, ...more: readonly string[]): Promise<{ ended: CliEnd; record: RunRecord }> {
  const results = join(home, out)
  const load = [
    '--concurrency',
    '2',
    '--input-tokens',
    '64',
    '--output-tokens',
    '16',
    '--duration',
    '2',
    '--warmup',
    '0',
  ]
  const ended = await joulemark(
    'run',
    ...load,
    '--trials',
    '1',
    '--workers',
    '1',
    '--skip-calibration',
    '--out',
    results,
    '--no-progress',
    ...more,
  )
  const name = readdirSync(results).find((each) => !each.startsWith('.'))
  if (name === undefined) throw new Error(`no record: ${ended.stderr}`)
  return { ended, record: JSON.parse(readFileSync(join(results, name, 'run.json'), 'utf8')) }
}
/** The same, in a trial that is long enough for a busy machine to measure a rate. */
const askedLong = (out: string, ...more: readonly string[]) =>
  untilMeasured(
    (seconds) => asked(`${out}-${seconds}`, ...more, '--duration', String(seconds)),
    ({ record }) => gateOf(record, 'physical-limit')?.evidence !== 'no trial has a throughput',
    { fromSeconds: 4 },
  )

const gateOf = ({ gates }: RunRecord, id: string) => gates.find((gate) => gate.id === id)

/** The simulator of an own model that says it serves weights of these names. */
async function serving(...names: readonly [string, ...string[]]): Promise<RunningSimulator> {
  const described = await describeModel(folder, { env: {}, network: false, today: '2026-11-26', key: 'mine' })
  const served: DescribedModel = { ...described, servedAs: names }
  const modelDescription = JSON.stringify(served)
  const simulator = await launchSimulator({ card: 'l40s', model: 'mine', modelDescription })
  stops.push(() => simulator.stop())
  return simulator
}

describe('a folder on the simulator', () => {
  test('`simulate --model FOLDER` serves it, and a question reads what it serves', async () => {
    const simulator: ChildProcess = spawn(process.execPath, cliWords('simulate', '--card', 'l40s', '--model', folder), {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    stops.push(() => simulator.kill())
    const addresses: string[] = []
    for await (const line of createInterface({ input: simulator.stdout! })) {
      addresses.push(line.split(/\s+/)[1] ?? '')
      if (addresses.length === 2) break
    }
    const [endpoint = '', nvidiaSmi = ''] = addresses
    const { ended, record } = await askedLong('served', '--endpoint', endpoint, '--nvidia-smi', nvidiaSmi)
    expect(ended).toMatchObject({ code: 0 })
    expect(record).toMatchObject({ source: 'simulated', status: 'complete', model: { kind: 'text', layers: 16 } })
    expect(gateOf(record, 'endpoint-model')).toMatchObject({ status: 'pass' })
    expect(gateOf(record, 'physical-limit')).toMatchObject({ status: 'pass' })
  })

  test('`run --simulate` takes it, and `model add` gives it a key', async () => {
    expect(await joulemark('model', 'add', folder, '--key', 'house-llama')).toMatchObject({ code: 0 })
    const { ended, record } = await asked('standin', '--simulate', 'l40s', '--model', 'house-llama')
    expect(ended).toMatchObject({ code: 0 })
    expect(record).toMatchObject({ source: 'simulated', scenario: { model: 'house-llama' }, model: { kind: 'text' } })
  })

  test.each([
    ['no such model', 'mixtral-9x99b', /^--model mixtral-9x99b: no such model; .*mixtral-/],
    [
      'layers that are not known',
      'nova',
      /^--model \S*nova: only a model whose layers are known can be simulated: .*nova9 is not known/,
    ],
  ])('%s is one line', async (_, name, said) => {
    makeModelFolder(join(home, 'nova'), { model_type: 'nova9', vocab_size: 1000 })
    const { code, stderr, stdout } = await joulemark(
      'simulate',
      '--card',
      'l40s',
      '--model',
      name === 'nova' ? join(home, name) : name,
    )
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.trim()).toMatch(said)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})

describe('a served name that nothing is known of', () => {
  test('it is measured; the limit is not, with its reason, and the run is not quotable', async () => {
    const { url, nvidiaSmi } = await serving('support-bot-v9')
    const save = join(home, 'asked.yaml')
    const { ended, record } = await asked('unknown', '--endpoint', url, '--nvidia-smi', nvidiaSmi, '--save', save)
    expect(ended).toMatchObject({ code: 0 })
    expect(readFileSync(save, 'utf8')).toContain('model: support-bot-v9')
    expect(record).toMatchObject({
      status: 'complete',
      model: { key: 'support-bot-v9', kind: 'partly-known', checkpointBytes: null, leastBytesRead: null },
      quotable: false,
    })
    expect(record.trials[0]?.requests).toBeGreaterThan(0)
    const reason =
      /support-bot-v9: size, layers, KV cache and arithmetic unknown: support-bot-v9: not in the cache of Hugging Face/
    expect(gateOf(record, 'physical-limit')).toMatchObject({ status: 'not-measured', required: true })
    expect(gateOf(record, 'physical-limit')?.evidence).toMatch(reason)
    expect(gateOf(record, 'endpoint-model')).toMatchObject({ status: 'pass' })
    expect(ended.stderr).toMatch(reason)
    const strict = await joulemark(
      'run',
      save,
      '--endpoint',
      url,
      '--nvidia-smi',
      nvidiaSmi,
      '--out',
      join(home, 'strict'),
      '--trials',
      '1',
      '--workers',
      '1',
      '--skip-calibration',
      '--no-progress',
      '--require-quotable',
    )
    expect(strict.code).toBe(1)
    expect(strict.stderr).toContain('physical-limit')
  })

  test('an architecture that is not known is bound by its weights, which the evidence says', async () => {
    const nova = makeModelFolder(
      join(home, 'nova-weights'),
      { model_type: 'nova9', vocab_size: 32_000 },
      {
        'model.safetensors': safetensorsStart({
          'model.embed_tokens.weight': ['BF16', [32_000, 2048]],
          'lm_head.weight': ['BF16', [32_000, 2048]],
          'model.block.weight': ['BF16', [500_000, 2048]],
        }),
      },
    )
    const { url, nvidiaSmi } = await serving(nova)
    const { record } = await askedLong('weights', '--endpoint', url, '--nvidia-smi', nvidiaSmi)
    expect(record).toMatchObject({
      status: 'complete',
      model: { kind: 'partly-known', leastBytesRead: 2 * 2048 * 532_000 },
    })
    expect(gateOf(record, 'physical-limit')).toMatchObject({ status: 'pass' })
    expect(gateOf(record, 'physical-limit')?.evidence).toMatch(/nova9 is not known/)
  })
})

test('a model that only the container of the server has is described from inside it', async () => {
  const { url, nvidiaSmi } = await serving('/models/support-bot')
  makeModelFolder(join(home, 'container', 'models', 'support-bot'), { ...config, num_hidden_layers: 12 })
  const docker = fakeDocker({ log: '', exitCode: null, files: join(home, 'container') })
  docker.leave('somebody-elses', '{}', process.pid, Number(new URL(url).port))
  const plain = env
  env = { ...env, PATH: `${docker.env['PATH']}${delimiter}${env['PATH']}` }
  try {
    const { record } = await asked('container', '--endpoint', url, '--nvidia-smi', nvidiaSmi)
    expect(record).toMatchObject({ status: 'complete', model: { kind: 'text', layers: 12 } })
    expect(record.model?.sources[0]?.source).toBe('config.json of the folder support-bot in the container c0ffee')
  } finally {
    env = plain
  }
})

test('a scenario of an own model plays on the simulator of a card', async () => {
  const file = join(home, 'mine.yaml')
  const lines = [
    'name: mine',
    'title: Mine',
    'kind: text',
    `model: ${folder}`,
    'load: { shape: closed, concurrency: 2 }',
    'prompt: { tokens: 64, prefixCache: cold }',
    'output: { tokens: 16 }',
    'trial: { seconds: 2, warmupSeconds: 0, quietSeconds: 0.8, minWindowSeconds: 0.4 }',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const results = join(home, 'played')
  const { code } = await joulemark(
    'run',
    file,
    '--simulate',
    'l40s',
    '--trials',
    '1',
    '--workers',
    '1',
    '--skip-calibration',
    '--out',
    results,
    '--no-progress',
  )
  expect(code).toBe(0)
  const [name = ''] = readdirSync(results).filter((each) => !each.startsWith('.'))
  const record: RunRecord = JSON.parse(readFileSync(join(results, name, 'run.json'), 'utf8'))
  expect(record).toMatchObject({ status: 'complete', model: { kind: 'text', layers: 16 } })
})
