import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describeModel } from '../../catalogue/checkpoint/describe-model.ts'
import { comparedCache, comparedWeights } from './compared.ts'
import { tinyModels } from './tiny-models.ts'
import { loggedSizes } from './vllm-log.ts'
import { ServerRefused, withVllm } from './vllm-server.ts'
import { wholeRun } from './whole-run.ts'

/**
 * `npm run bench:models -- --vllm DIR`: small models of many families with random weights, each described, served by a real
 * vLLM on the CPU and measured. Shown side by side: bytes by the configuration and on disk, KV capacity by the formula and in
 * the log of vLLM, and what the gates of a whole run say. A model that this build of vLLM refuses is shown with its words and
 * does not fail the bench; a figure that differs or a run that is not proved does (exit code 1).
 *
 * Arguments: --vllm DIR (that of scripts/serve-vllm-cpu.sh: interpreter and tokenizer)  --models NAME,…  --folder DIR (kept
 * between runs)  --wait SECONDS (of one start, 600)  --json FILE (written after each model).
 */
const flag = (name: string, fallback: string): string => {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback)
}
const say = (line: string) => process.stdout.write(`${line}\n`)
const vllm = resolve(flag('--vllm', '.'))
const python = join(vllm, 'venv', 'bin', 'python')
const names = flag('--models', Object.keys(tinyModels).join(',')).split(',')
const json = flag('--json', '')

/** What was found of one model: either all three, or why there is nothing to compare. */
interface Finding {
  readonly model: string
  readonly family: string
  readonly weights: string | null
  readonly cache: string | null
  readonly run: string | null
  readonly refused: string | null
  readonly isRight: boolean
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())

const familyOf = (name: string): string => String(tinyModels[name]?.['model_type'])

function nothingOf(model: string): Finding {
  return { model, family: familyOf(model), weights: null, cache: null, run: null, refused: null, isRight: false }
}

/** A server that refuses a model is not our fault; whatever else stops a comparison is. */
function notCompared(model: string, error: Error): Finding {
  if (error instanceof ServerRefused) return { ...nothingOf(model), refused: `vLLM: ${error.message}` }
  return { ...nothingOf(model), run: `not compared: ${error.message}` }
}

function show({ model, family, weights, cache, run, refused: why, isRight }: Finding): void {
  const verdict = why === null ? (isRight ? 'right' : 'WRONG') : 'refused'
  say(`${model} (${family}): ${verdict}`)
  for (const line of [weights, cache, run, why]) if (line !== null) say(`  ${line}`)
}

/** Makes the models that are not there yet. Returns those that transformers could not make, with its words. */
async function makeModels(folder: string): Promise<Map<string, string>> {
  const have = new Set(readdirSync(folder))
  const wanted = names.filter((name) => !have.has(name))
  const failed = new Map<string, string>()
  if (wanted.length === 0) return failed
  const script = fileURLToPath(new URL('make-models.py', import.meta.url))
  const child = spawn(python, [script, join(vllm, 'tiny-random-llama')], { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = new Promise<number | null>((done, reject) => {
    child.once('error', reject)
    child.once('close', done)
  })
  const end = () => child.kill()
  stop.signal.addEventListener('abort', end)
  child.stdin.end(JSON.stringify(Object.fromEntries(wanted.map((name) => [join(folder, name), tinyModels[name]]))))
  for await (const line of createInterface({ input: child.stdout })) {
    const { folder: made, error } = JSON.parse(line) as { readonly folder: string; readonly error?: string }
    if (error !== undefined) failed.set(made.slice(folder.length + 1), error)
  }
  const code = await ended
  stop.signal.removeEventListener('abort', end)
  if (code !== 0 && !stop.signal.aborted)
    throw new Error(`${python} ended with ${code}: are torch and transformers installed there?`)
  return failed
}

async function findingOf(name: string, folder: string): Promise<Finding> {
  const path = join(folder, name)
  const described = await describeModel(path, { env: {}, network: false, today: new Date().toISOString().slice(0, 10) })
  if (described.kind !== 'text') throw new Error(`${name} is described in part only`)
  const start = {
    python,
    logFile: join(folder, `${name}.log`),
    cacheFolder: join(folder, 'vllm-cache'),
    waitSeconds: Number(flag('--wait', '600')),
    signal: stop.signal,
  }
  return await withVllm(path, start, async ({ url, log }) => {
    const run = await wholeRun(name, { folder, model: path, url, signal: stop.signal })
    const weights = comparedWeights(described, loggedSizes(log()))
    const cache = comparedCache(described, loggedSizes(log()), await blockTokensOf(url))
    return {
      model: name,
      family: familyOf(name),
      weights: `weights ${weights.isEqual ? 'equal' : 'differ'}: ${weights.text}`,
      cache: `KV cache ${cache.isEqual ? 'equal' : 'differs'}: ${cache.text}`,
      run: `run ${run.text}`,
      refused: null,
      isRight: weights.isEqual && cache.isEqual && run.isProved,
    }
  })
}

/** Tokens of a block: 128 on a CPU, 16 with latent attention, and more where a state needs it. The server says which. */
async function blockTokensOf(url: string): Promise<number> {
  const page = await (await fetch(`${url}/metrics`)).text()
  const stated = /cache_config_info\{[^}]*[{,]block_size="(\d+)"/.exec(page)?.[1]
  if (stated === undefined) throw new Error('the server does not state the tokens of a block')
  return Number(stated)
}

// the flow stands last: what it uses is initialised by then
if (!process.argv.includes('--vllm')) {
  say('skipped: no --vllm DIR was given; scripts/serve-vllm-cpu.sh DIR installs vLLM into one')
} else {
  const unknown = names.filter((name) => tinyModels[name] === undefined)
  if (unknown.length > 0)
    throw new Error(`unknown: ${unknown.join(', ')}; there are ${Object.keys(tinyModels).join(', ')}`)
  const folder = resolve(flag('--folder', mkdtempSync(join(tmpdir(), 'bench-models-'))))
  mkdirSync(folder, { recursive: true })
  say(
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), ${names.length} models in ${folder}`,
  )
  const notMade = await makeModels(folder)
  const findings: Finding[] = []
  for (const name of names) {
    if (stop.signal.aborted) break
    const reason = notMade.get(name)
    const finding =
      reason === undefined
        ? await findingOf(name, folder).catch((error: Error) => notCompared(name, error))
        : { ...nothingOf(name), refused: `transformers: ${reason}` }
    if (stop.signal.aborted) break
    findings.push(finding)
    show(finding)
    if (json !== '') writeFileSync(json, `${JSON.stringify(findings, null, 2)}\n`)
  }
  const right = findings.filter(({ isRight }) => isRight).length
  const left = findings.filter(({ refused }) => refused !== null).length
  say(`${right} of ${findings.length} right, ${left} refused, ${findings.length - right - left} wrong`)
  if (stop.signal.aborted) process.exitCode = 130
  else if (right + left < findings.length) process.exitCode = 1
}
