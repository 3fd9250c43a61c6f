import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { verifyRun } from '../evidence/verify-run.ts'
import { isKnown, numberOf } from '../record/measured.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { type ImitatedEngine, imitatedEngines } from '../simulator/imitated/names.ts'
import { runFault } from '../testing/fault-runs.ts'

/** Whole runs on the surface of each engine: what is recognised, audited and omitted, and what stays unknown. */
const outDir = mkdtempSync(join(tmpdir(), 'engines-'))
afterAll(() => rmSync(outDir, { recursive: true, force: true }))

interface Expected {
  readonly evidence: string
  readonly audit: 'pass' | 'not-measured'
  readonly without?: readonly string[]
  readonly gates: Readonly<Record<string, string>>
  readonly words: string
}

const expected: Readonly<Record<ImitatedEngine, Expected>> = {
  sglang: {
    evidence: 'metrics named sglang:, its page /server_info',
    audit: 'pass',
    gates: { 'prompt-shape': 'pass', 'cache-clean': 'pass', speculation: 'pass' },
    words: 'counted by sglang:generation_tokens at /metrics',
  },
  'llama.cpp': {
    evidence: 'metrics named llamacpp:, its page /props',
    audit: 'pass',
    without: ['min_tokens'],
    gates: { 'prompt-shape': 'pass', 'cache-clean': 'pass', speculation: 'pass' },
    words: 'counted by llamacpp:tokens_predicted at /metrics',
  },
  'tensorrt-llm': {
    evidence: 'metrics named trtllm_',
    audit: 'pass',
    gates: { 'prompt-shape': 'pass', 'cache-clean': 'pass', speculation: 'not-measured' },
    words: 'counted by trtllm_generation_tokens at /prometheus/metrics',
  },
  tgi: {
    evidence: 'metrics named tgi_, its page /info',
    audit: 'pass',
    without: ['token ids', 'ignore_eos', 'min_tokens'],
    gates: { 'prompt-shape': 'fail', 'cache-clean': 'not-measured', speculation: 'not-measured' },
    words: 'counted by tgi_request_generated_tokens_sum at /metrics',
  },
  ollama: {
    evidence: 'its page /api/version',
    audit: 'not-measured',
    without: ['token ids', 'ignore_eos', 'min_tokens'],
    gates: { 'prompt-shape': 'fail', 'cache-clean': 'not-measured', speculation: 'not-measured' },
    words: 'on Ollama it cannot be proved how many tokens were made',
  },
}

test.each(imitatedEngines)('%s', async (engine) => {
  const { evidence, audit, without, gates, words } = expected[engine]
  const { record } = await runFault({ title: engine, launch: { engine }, mustShow: [] }, outDir)
  expect(record).toMatchObject({ status: 'complete', source: 'simulated' })
  expect(record.endpoint).toMatchObject({ engine, engineEvidence: evidence })
  expect(record.endpoint.requestWithout).toEqual(without)
  const found = Object.fromEntries(record.gates.map(({ id, status }) => [id, status]))
  expect(found).toMatchObject({ 'error-rate': 'pass', ...gates })
  // times differ on a busy machine, which warns; counts do not
  expect(audit === 'pass' ? ['pass', 'warn'] : [audit]).toContain(found['token-audit'])
  expect(record.gates.find(({ id }) => id === 'token-audit')?.evidence).toContain(words)
  const [trial] = trialsOfKind(record.trials, 'text')
  const { clientTokens: client, server } = trial!
  expect(client?.requestsOk).toBeGreaterThan(0)
  expect(client?.streamedOutputTokens).toBe(client?.usageOutputTokens)
  // the counters count the tokens of the engine, to the last one
  if (audit === 'pass') expect(numberOf(server!.generationTokens)).toBe(client?.usageOutputTokens)
  // prompts have the requested length, also where they are text whose length is known by usage alone
  expect(client?.usagePromptTokens).toBe(client?.plannedPromptTokens)
  expect(isKnown(server!.tokensPerStep)).toBe(false)
  expect(await verifyRun(join(outDir, record.id))).toMatchObject({ problems: [] })
})
