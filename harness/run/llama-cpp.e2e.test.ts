import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { catalogueNames } from '../catalogue/find.ts'
import { verifyRun } from '../evidence/verify-run.ts'
import { numberOf } from '../record/measured.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import type { PlainTextFile } from '../scenario/expand.ts'
import { loadScenarios } from '../scenario/load-file.ts'
import { freePort } from '../testing/free-ports.ts'
import { oneTrialOptions } from '../testing/run-options.ts'
import { runOnce } from './run.ts'

/** Whole runs on the real server of llama.cpp, where `BUILD_ONLY=1 scripts/serve-llama-cpp.sh` has built it. */
const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = process.env['LLAMA_CPP_DIR'] ?? join(root, '.llama-cpp')
const program = join(folder, 'build/bin/llama-server')
const model = join(folder, 'tiny-random-llama.gguf')
const isBuilt = existsSync(program) && existsSync(model)

const outDir = mkdtempSync(join(tmpdir(), 'llama-cpp-'))
let server: ChildProcess | null = null
afterEach(async () => {
  if (server !== null && server.exitCode === null) {
    server.kill()
    await once(server, 'exit')
  }
  server = null
  rmSync(outDir, { recursive: true, force: true })
})

/** Starts the server and waits until it has loaded its model. */
async function serving(...flags: string[]): Promise<string> {
  const url = `http://127.0.0.1:${await freePort()}`
  const named = ['--model', model, '--alias', 'tiny-random-llama', '--host', '127.0.0.1', '--port', new URL(url).port]
  server = spawn(program, [...named, '--parallel', '4', '--ctx-size', '16384', '--threads', '1', ...flags], {
    stdio: 'ignore',
  })
  await expect
    .poll(async () => (await fetch(`${url}/health`).catch(() => null))?.status ?? 0, { timeout: 60_000, interval: 200 })
    .toBe(200)
  return url
}

async function run(url: string, api: 'completions' | 'chat'): Promise<RunRecord> {
  const [file] = await loadScenarios([join(root, 'scenarios/tiny-random-llama.yaml')], catalogueNames)
  const scenario: PlainTextFile = {
    ...(file as PlainTextFile),
    api,
    output: { tokens: 16 },
    trial: {
      seconds: 3,
      warmupSeconds: 0,
      quietSeconds: 0.8,
      requestTimeoutSeconds: 60,
      runTimeoutMinutes: 5,
      minWindowSeconds: 1,
    },
  }
  const options = oneTrialOptions({ endpoint: url, nvidiaSmi: null, outDir })
  return (await runOnce(scenario, options)).record
}

const evidenceOf = ({ gates }: RunRecord, id: string) => gates.find((gate) => gate.id === id)

describe.skipIf(!isBuilt)(
  'llama-server (skipped where it is not built: BUILD_ONLY=1 scripts/serve-llama-cpp.sh)',
  () => {
    test.each(['completions', 'chat'] as const)('%s: every token is counted three times, alike', async (api) => {
      const record = await run(await serving('--metrics'), api)
      expect(record).toMatchObject({
        status: 'complete',
        source: 'live',
        endpoint: {
          engine: 'llama.cpp',
          engineEvidence: 'metrics named llamacpp:, models owned by llamacpp, its page /props',
          serving: { metricNames: 'llama.cpp', parallelRequests: 4, quantization: 'F16' },
          requestWithout: ['min_tokens'],
        },
      })
      const [trial] = trialsOfKind(record.trials, 'text')
      const { clientTokens: client, server: counted } = trial!
      expect(client!.requestsOk).toBeGreaterThan(0)
      expect(client!.requestsFailed).toBe(0)
      expect(client!.streamedOutputTokens).toBe(client!.usageOutputTokens)
      expect(numberOf(counted!.generationTokens)).toBe(client!.usageOutputTokens)
      expect(client!.usagePromptTokens).toBe(client!.plannedPromptTokens)
      expect(numberOf(client!.usageCachedTokens)).toBe(numberOf(counted!.prefixCacheHits))
      for (const id of ['token-audit', 'prompt-shape', 'error-rate', 'speculation']) {
        expect(evidenceOf(record, id), id).toMatchObject({ status: 'pass' })
      }
      expect(await verifyRun(join(outDir, record.id))).toMatchObject({ problems: [] })
    })

    test('without --metrics nothing is audited, and the record says what switches the counters on', async () => {
      const record = await run(await serving(), 'completions')
      expect(record.endpoint).toMatchObject({ engine: 'llama.cpp', countersReason: '/metrics returned HTTP 501' })
      expect(evidenceOf(record, 'token-audit')).toMatchObject({
        status: 'not-measured',
        evidence: expect.stringContaining('/metrics returned HTTP 501'),
      })
    })

    test('tokens of another client are in excess', async () => {
      const url = await serving('--metrics')
      let isOver = false
      const ask = async () => {
        const body = JSON.stringify({ prompt: [10_000, 20_000], max_tokens: 64, ignore_eos: true })
        while (!isOver) await (await fetch(`${url}/v1/completions`, { method: 'POST', body })).arrayBuffer()
      }
      const other = ask()
      const record = await run(url, 'completions').finally(() => {
        isOver = true
      })
      await other
      expect(evidenceOf(record, 'token-audit')).toMatchObject({
        status: 'fail',
        evidence: expect.stringContaining('other clients made them, or usage is too low'),
      })
    })
  },
)
