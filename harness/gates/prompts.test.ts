import { expect, test } from 'vitest'
import { missing } from '../record/measured.ts'
import { gateOf, type MeasuredRun, measuredRun } from '../testing/measured-run.ts'

const notExported = missing('not exported by this server')

type Case = readonly [name: string, over: MeasuredRun, status: string, evidence: string]

test.each<Case>([
  ['as asked', {}, 'pass', 'prompts of 512.0'],
  ['prompts too long', { client: { usagePromptTokens: 5200 } }, 'fail', '520.0 tokens by usage'],
  ['one token of BOS in 512', { client: { usagePromptTokens: 5130 } }, 'pass', '513.0'],
  ['answers that stop early', { client: { usageOutputTokens: 2000 } }, 'fail', 'answers of 200.0'],
  [
    'a chat template',
    { client: { usagePromptTokens: 6000 }, scenario: { api: 'chat' } },
    'pass',
    'prompts are not compared',
  ],
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
  ['shared', { scenario: sharedPrompt, server: { prefixCacheHits: 2500 } }, 'pass', 'shared:256 gives 50.0 %'],
  ['shared, and no hits', { scenario: sharedPrompt }, 'fail', 'gives 50.0 %'],
  [
    'warm, whole blocks but for the last token',
    { scenario: { prompt: { tokens: 512, prefixCache: 'warm' } }, server: { prefixCacheHits: 4960 } },
    'pass',
    'gives 96.9 %',
  ],
  [
    'conversations find themselves',
    {
      scenario: { load: { shape: 'closed', concurrency: 4, session: { turns: 3, userTokens: 64 } } },
      server: { prefixCacheHits: 2000 },
    },
    'pass',
    'its own prefixes',
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
