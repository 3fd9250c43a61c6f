import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeModel } from '../../catalogue/checkpoint/describe-model.ts'
import type { Model } from '../../catalogue/types.ts'
import { pagedCapacity } from '../../physics/model/vllm-pages.ts'
import { weightBytes } from '../../physics/model/weights.ts'
import { tinyModels } from './tiny-models.ts'
import { loggedSizes, SERVER, startVllm } from './vllm-server.ts'

/**
 * `npm run bench:models`: small models of several families with random weights, each described, served by a real vLLM on the
 * CPU and measured. Shown side by side: bytes by the configuration and on disk, KV capacity by the formula and in the log of
 * vLLM, and what the gates of a whole run say.
 *
 * Arguments: --python PATH (interpreter with vLLM and transformers)  --tokenizer FOLDER (with tokenizer.json; that of
 * scripts/serve-vllm-cpu.sh)  --models NAME,…  --folder DIR (kept between runs)  --wait SECONDS.
 */
const flag = (name: string, fallback: string): string => {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback)
}
const say = (line: string) => process.stdout.write(`${line}\n`)
const python = flag('--python', '')
const tokenizer = flag('--tokenizer', '')
const folder = flag('--folder', mkdtempSync(join(tmpdir(), 'bench-models-')))
const names = flag('--models', Object.keys(tinyModels).join(',')).split(',')

/** Batches that are scheduled at once: one on a CPU; on a GPU, asynchronous scheduling prepares a second one. */
const BATCHES_IN_FLIGHT = 1

interface Finding {
  readonly model: string
  readonly weights: string
  readonly kv: string
  readonly audit: string
}

if (python === '' || tokenizer === '') {
  say('skipped: no --python with vLLM and no --tokenizer was given; scripts/serve-vllm-cpu.sh makes both')
} else {
  makeModels()
  let failed = 0
  for (const [index, name] of names.entries()) {
    const finding = await findingOf(name, 18_800 + index).catch((error: Error) => {
      failed += 1
      return { model: name, weights: 'not served', kv: error.message.slice(0, 300), audit: '' }
    })
    say([finding.model, finding.weights, finding.kv, finding.audit].join('\n  '))
    if (/differs/.test(finding.weights + finding.kv)) failed += 1
  }
  if (failed > 0) process.exitCode = 1
}

function makeModels(): void {
  const have = new Set(readdirSync(folder))
  const wanted = names.filter((name) => !have.has(name))
  if (wanted.length === 0) return
  const configs = Object.fromEntries(wanted.map((name) => [join(folder, name), tinyModels[name]]))
  const script = fileURLToPath(new URL('make-models.py', import.meta.url))
  execFileSync(python, [script, tokenizer], { input: JSON.stringify(configs), stdio: ['pipe', 'ignore', 'inherit'] })
}

async function findingOf(name: string, port: number): Promise<Finding> {
  const path = join(folder, name)
  const described = await describeModel(path, { env: process.env, network: false, today: '2026-11-26' })
  if (described.kind !== 'text') throw new Error(`${name} is described in part only`)
  const logFile = join(folder, `${name}.log`)
  const server = await startVllm(python, path, port, { logFile, waitSeconds: Number(flag('--wait', '600')) })
  try {
    const audit = measured(name, path, server.url)
    const logged = loggedSizes(server.log())
    const blockTokens = await blockTokensOf(server.url)
    return { model: name, weights: weightsOf(described, logged), kv: kvOf(described, logged, blockTokens), audit }
  } finally {
    await server.stop()
  }
}

function verdict(equal: boolean): string {
  return equal ? 'equal' : 'differs'
}

function weightsOf(model: Model, { checkpointGiB }: ReturnType<typeof loggedSizes>): string {
  const bytes = weightBytes(model)
  const rounded = Number((bytes / 2 ** 30).toFixed(2))
  const equal = bytes === model.checkpointBytes && rounded === checkpointGiB
  return `weights ${verdict(equal)}: ${bytes} bytes described, ${model.checkpointBytes} on disk, ${checkpointGiB} GiB in the log`
}

/** Tokens of a block: 128 on a CPU, 16 with latent attention, and more where a state needs it. The server says which. */
async function blockTokensOf(url: string): Promise<number> {
  const page = await (await fetch(`${url}/metrics`)).text()
  const stated = /cache_config_info\{[^}]*[{,]block_size="(\d+)"/.exec(page)?.[1]
  if (stated === undefined) throw new Error('the server does not state the tokens of a block')
  return Number(stated)
}

function kvOf(model: Model, logged: ReturnType<typeof loggedSizes>, blockTokens: number): string {
  const capacity = pagedCapacity(model, {
    cacheBytes: SERVER.cacheGiB * 2 ** 30,
    elementBytes: 2,
    blockTokens,
    maxModelLen: SERVER.maxModelLen,
    inFlightTokens: SERVER.batchedTokens * BATCHES_IN_FLIGHT,
    stateBlocks: model.key.includes('mamba') ? 3 : 2,
  })
  const equal = capacity.tokens === logged.kvTokens
  const of = (concurrency: number | null) => `${concurrency?.toFixed(2)} sequences`
  return `KV cache ${verdict(equal)}: ${capacity.tokens} tokens and ${of(capacity.maxConcurrency)} computed, ${logged.kvTokens} and ${of(logged.maxConcurrency)} in the log (blocks of ${capacity.blockTokens})`
}

/** A whole run on the server, and what its token audit says. */
function measured(name: string, path: string, url: string): string {
  const scenario = join(folder, `${name}.yaml`)
  const lines = [
    `name: ${name.replaceAll('.', '-')}`,
    `title: ${name} with random weights`,
    'kind: text',
    `model: ${path}`,
    'load: { shape: closed, concurrency: 2 }',
    'prompt: { tokens: 64, prefixCache: cold }',
    'output: { tokens: 16 }',
    'trial: { seconds: 10, warmupSeconds: 3 }',
    'certainty: { target: 5%, minTrials: 1, maxTrials: 1 }',
  ]
  writeFileSync(scenario, `${lines.join('\n')}\n`)
  const out = join(folder, `${name}.results`)
  mkdirSync(out, { recursive: true })
  const cli = fileURLToPath(new URL('../../../scripts/cli.ts', import.meta.url))
  const args = ['run', scenario, '--endpoint', url, '--no-gpu', '--out', out, '--no-progress', '--skip-calibration']
  const { stderr } = spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), cli, ...args], {
    encoding: 'utf8',
  })
  const run = readdirSync(out).findLast((each) => !each.startsWith('.'))
  if (run === undefined) return `run failed: ${stderr.trim().split('\n').at(-1)}`
  const record = JSON.parse(readFileSync(join(out, run, 'run.json'), 'utf8'))
  const gate = (id: string) => record.gates.find((each: { id: string }) => each.id === id)
  const audit = gate('token-audit')
  return `${record.status}: token-audit ${audit?.status}: ${audit?.evidence}; endpoint-model ${gate('endpoint-model')?.status}; described in the record: ${record.model?.kind ?? 'no'}`
}
