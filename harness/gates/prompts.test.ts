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

const english = (usagePromptTokens: number) => ({
  client: { usagePromptTokens },
  scenario: { api: 'chat' as const, prompt: { tokens: 512, prefixCache: 'cold' as const, text: 'english' as const } },
})
const chat = { endpoint: { chatPrompt: { baseTokens: 20, tokensPerWord: 1 } }, scenario: { api: 'chat' } } as const
test.each<Case>([
  ['as asked, the template included', chat, 'pass', 'prompts of 512.0 tokens by usage, 512.0 requested'],
  ['1 % too long', { ...chat, client: { usagePromptTokens: 5171 } }, 'pass', '517.1'],
  ['English text, within 5 %', english(5370), 'pass', '537.0 tokens by usage, about 512.0 requested'],
  ['English text, more than 5 % too long', english(5380), 'fail', '538.0 tokens by usage'],
  ['more than 1 % too long', { ...chat, client: { usagePromptTokens: 5172 } }, 'fail', '517.2 tokens by usage'],
  ['ids as decimal words', { ...chat, client: { usagePromptTokens: 31_320 } }, 'fail', '3132.0 tokens by usage'],
])('prompt-shape of chat: %s', (_, over, status, evidence) => {
  expect(gateOf(measuredRun(over), 'prompt-shape')).toMatchObject({
    status,
    evidence: expect.stringContaining(evidence),
  })
})

const sharedChat = { ...chat, scenario: { ...chat.scenario, prompt: { tokens: 512, prefixCache: 'shared:256' } } }
test.each<Case>([
  // a template of 20 tokens has one block of 16 in each of ten prompts
  ['cold, its template is found', { ...chat, server: { prefixCacheHits: 160 } }, 'pass', 'chat template of 20 tokens'],
  ['cold, a block more', { ...chat, server: { prefixCacheHits: 176 } }, 'warn', '176 of 5120'],
  ['cold, and hits', { ...chat, server: { prefixCacheHits: 480 } }, 'fail', '9.4 %'],
  ['shared, the template at its start', { ...sharedChat, server: { prefixCacheHits: 2560 } }, 'pass', 'gives 50.0 %'],
  ['shared, the template at its end', { ...sharedChat, server: { prefixCacheHits: 2240 } }, 'pass', 'gives 50.0 %'],
  ['shared, and too few hits', { ...sharedChat, server: { prefixCacheHits: 1900 } }, 'fail', 'gives 50.0 %'],
])('cache-clean of chat: %s', (_, over, status, evidence) => {
  expect(gateOf(measuredRun(over), 'cache-clean')).toMatchObject({
    status,
    evidence: expect.stringContaining(evidence),
  })
})
