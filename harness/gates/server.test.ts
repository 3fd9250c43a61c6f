import { describe, expect, test } from 'vitest'
import { missing } from '../record/measured.ts'
import { gateOf, type MeasuredRun, measuredRun } from '../testing/measured-run.ts'
import { median } from '../testing/trial-builder.ts'

const notExported = missing('not exported by this server')

type Case = readonly [name: string, over: MeasuredRun, status: string, evidence: string]

const awq = 'hugging-quants/Meta-Llama-3.1-70B-Instruct-AWQ-INT4'
test.each<Case>([
  ['as wanted', {}, 'pass', 'context 16384'],
  [
    'by its other name',
    { endpoint: { model: 'mine', modelRoot: 'RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8' } },
    'pass',
    'mine',
  ],
  ['another model under the right name', { endpoint: { modelRoot: awq } }, 'fail', awq],
  [
    'from a cache folder of another model',
    { endpoint: { modelRoot: '/root/hub/models--meta-llama--Llama-3.2-1B/snapshots/abc' } },
    'fail',
    'meta-llama/Llama-3.2-1B',
  ],
  [
    'from a folder of its name',
    { endpoint: { modelRoot: '/models/Meta-Llama-3.1-8B-Instruct-FP8/' } },
    'pass',
    'serves',
  ],
  ['from a folder of any name', { endpoint: { modelRoot: './weights' } }, 'warn', 'does not show the model'],
  ['context too short', { endpoint: { maxModelLen: 8192 } }, 'fail', '16384 required, it has 8192'],
  ['context unknown', { endpoint: { maxModelLen: null } }, 'not-measured', 'not reported by the server'],
  ['fp8 is fp8_e4m3', { serving: { kvCacheDtype: 'fp8' } }, 'pass', 'KV cache fp8_e4m3'],
  ['KV in 16 bits', { serving: { kvCacheDtype: 'auto' } }, 'fail', 'it has auto'],
  ['KV unknown', { serving: { kvCacheDtype: null } }, 'not-measured', 'not reported by the server'],
  [
    'a BF16 checkpoint that may have been quantised online',
    { endpoint: { model: 'meta-llama/Llama-3.1-8B-Instruct', modelRoot: null } },
    'not-measured',
    'only with --quantization fp8',
  ],
  [
    'the same, told',
    { endpoint: { model: 'meta-llama/Llama-3.1-8B-Instruct', modelRoot: null }, serving: { quantization: 'fp8' } },
    'pass',
    'it has fp8',
  ],
  [
    'the same, not quantised',
    { endpoint: { model: 'meta-llama/Llama-3.1-8B-Instruct', modelRoot: null }, serving: { quantization: 'none' } },
    'fail',
    'it has none',
  ],
])('endpoint-model: %s', (_, over, status, evidence) => {
  const gate = gateOf(measuredRun(over), 'endpoint-model')
  expect(gate).toMatchObject({ status, evidence: expect.stringContaining(evidence) })
})

test.each<Case>([
  ['as asked', {}, 'pass', 'prompts of 512.0'],
  ['prompts too long', { client: { usagePromptTokens: 5200 } }, 'fail', '520.0 tokens by usage'],
  ['one token of BOS in 512', { client: { usagePromptTokens: 5130 } }, 'pass', '513.0'],
  ['answers that stop early', { client: { usageOutputTokens: 2000 } }, 'fail', 'answers of 200.0'],
  ['a chat template', { client: { usagePromptTokens: 6000 }, scenario: { api: 'chat' } }, 'pass', 'not judged'],
  ['no success', { client: { requestsOk: 0 } }, 'not-measured', 'no request succeeded'],
])('prompt-shape: %s', (_, over, status, evidence) => {
  expect(gateOf(measuredRun(over), 'prompt-shape')).toMatchObject({
    status,
    evidence: expect.stringContaining(evidence),
  })
})

const sharedPrompt = { prompt: { tokens: 512, prefixCache: 'shared:256' } }
test.each<Case>([
  ['cold', {}, 'pass', '0 of 5120'],
  ['cold, and hits', { server: { prefixCacheHits: 480 } }, 'fail', '9.4 %'],
  ['cold, a stray block', { server: { prefixCacheHits: 16 } }, 'warn', '16 of 5120'],
  ['shared', { scenario: sharedPrompt, server: { prefixCacheHits: 2500 } }, 'pass', 'shared:256 makes 50.0 %'],
  ['shared, and no hits', { scenario: sharedPrompt }, 'fail', 'makes 50.0 %'],
  [
    'warm, whole blocks but for the last token',
    { scenario: { prompt: { tokens: 512, prefixCache: 'warm' } }, server: { prefixCacheHits: 4960 } },
    'pass',
    'makes 96.9 %',
  ],
  [
    'conversations find themselves',
    {
      scenario: { load: { shape: 'closed', concurrency: 4, session: { turns: 3, userTokens: 64 } } },
      server: { prefixCacheHits: 2000 },
    },
    'pass',
    'prefixes of its own',
  ],
  [
    'by usage, where there is no counter',
    { server: { prefixCacheHits: notExported }, client: { usageCachedTokens: 512 } },
    'fail',
    'usage',
  ],
  ['unknown', { server: { prefixCacheHits: notExported } }, 'not-measured', 'not exported'],
  [
    'no cache',
    { server: { prefixCacheHits: notExported }, serving: { prefixCaching: false } },
    'pass',
    'without prefix caching',
  ],
])('cache-clean: %s', (_, over, status, evidence) => {
  expect(gateOf(measuredRun(over), 'cache-clean')).toMatchObject({
    status,
    evidence: expect.stringContaining(evidence),
  })
})

test.each<Case>([
  ['none', {}, 'pass', '1.000 output tokens per engine step'],
  [
    'drafted',
    { server: { specDecodeDraftTokens: 100, specDecodeAcceptedTokens: 60 } },
    'fail',
    '100 tokens were drafted, 60 of them accepted (60.0 %)',
  ],
  ['set up', { serving: { speculation: true } }, 'fail', 'set up'],
  ['in silence', { server: { tokensPerStep: 1.8 } }, 'fail', '1.80 output tokens per engine step'],
  ['streams in lumps', { client: { contentEvents: 1280 } }, 'warn', '2.00 tokens per event'],
  [
    'unknown',
    { server: { tokensPerStep: notExported }, serving: { speculation: null } },
    'not-measured',
    'tokens per event',
  ],
])('speculation: %s', (_, over, status, evidence) => {
  expect(gateOf(measuredRun(over), 'speculation')).toMatchObject({
    status,
    evidence: expect.stringContaining(evidence),
  })
})

describe('physical-limit', () => {
  test.each<Case>([
    ['under it', {}, 'pass', '56.5 % of the limit: 2000.0 tokens/s'],
    ['together over it', { trial: { outputTokensPerS: 3600 } }, 'fail', 'impossible as described: 3600.0 tokens/s'],
    ['one stream over it', { trial: { decodeTokensPerS: 198 } }, 'fail', 'one stream at 198.0 tokens/s'],
    ['a first token too soon', { trial: { ttftMs: median(5) } }, 'fail', 'a first token after 5.0 ms'],
    ['no card', { card: { key: null, name: null, reason: 'no GPU was read' } }, 'not-measured', 'no GPU was read'],
  ])('%s', (_, over, status, evidence) => {
    expect(gateOf(measuredRun(over), 'physical-limit')).toMatchObject({
      status,
      evidence: expect.stringContaining(evidence),
    })
  })

  test("the article's 198 tokens/s of one stream of 8B FP8 on a 4090", () => {
    const scenario = { load: { shape: 'closed', concurrency: 1 }, prompt: { tokens: 128, prefixCache: 'cold' } }
    const gate = gateOf(
      measuredRun({ scenario, trial: { outputTokensPerS: 198, decodeTokensPerS: 198 } }),
      'physical-limit',
    )
    expect(gate.status).toBe('fail')
    expect(gate.evidence).toMatch(/15\d\.\d % of the limit/)
  })
})
