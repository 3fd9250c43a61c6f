import { expect, test } from 'vitest'
import { RequestTable } from '../../record/request-table.ts'
import type { ServerReading } from '../../record/schema/server.ts'
import { requestRow } from '../../testing/rows.ts'
import { clientTokensOf } from './client-tokens.ts'
import { serverTrialOf } from './server-trial.ts'

const reading = (values: ServerReading['values'], length = 0): ServerReading => ({
  values,
  requestsByReason: { length, abort: 0 },
})

test('counters are differences, gauges maxima, means sum / count', () => {
  const server = serverTrialOf({
    before: reading({ generationTokens: 100, ttftSumS: 1, ttftCount: 10, itlSumS: 5, itlCount: 90, running: 0 }, 10),
    during: [reading({ running: 8, kvUsageShare: 0.5 }), reading({ running: 6, kvUsageShare: 0.7 })],
    after: reading(
      { generationTokens: 200, ttftSumS: 1.5, ttftCount: 20, itlSumS: 5.9, itlCount: 180, running: 0 },
      20,
    ),
    reason: null,
  })
  expect(server).toMatchObject({
    scrapes: 4,
    generationTokens: 100,
    runningMax: 8,
    kvUsageMax: 0.7,
    tokensPerStep: 1,
    requestsByReason: { length: 10 },
    prefixCacheHits: { value: null, reason: 'not exported by this server' },
    specDecodeDraftTokens: { value: null },
  })
  expect(server.ttftMeanMs).toBeCloseTo(50, 9)
  expect(server.itlMeanMs).toBeCloseTo(10, 9)
})

test('several tokens per step are detected, whatever the chunks of the stream', () => {
  const server = serverTrialOf({
    before: reading({ generationTokens: 0, ttftCount: 0, itlCount: 0 }),
    during: [],
    after: reading({ generationTokens: 100, ttftCount: 10, itlCount: 40 }),
    reason: null,
  })
  expect(server.tokensPerStep).toBe(2)
})

test('the share of short steps is known only where the server exports its histogram', () => {
  const scrapes = (short: number | null) => ({
    before: reading({ itlCount: 100, ...(short === null ? {} : { itlShortCount: 10 }) }),
    during: [],
    after: reading({ itlCount: 300, ...(short === null ? {} : { itlShortCount: 10 + short }) }),
    reason: null,
  })
  expect(serverTrialOf(scrapes(50)).itlShortShare).toBe(0.25)
  expect(serverTrialOf(scrapes(null))).not.toHaveProperty('itlShortShare')
})

test('a counter that decreased is missing: the server restarted', () => {
  const server = serverTrialOf({
    before: reading({ generationTokens: 100 }),
    during: [],
    after: reading({ generationTokens: 5 }),
    reason: null,
  })
  expect(server.generationTokens).toEqual({ value: null, reason: expect.stringMatching(/the server restarted/) })
})

test('without a reading every field is null, with the reason of the scrape, never 0', () => {
  const { scrapes, requestsByReason, ...fields } = serverTrialOf({
    before: null,
    during: [],
    after: null,
    reason: '/metrics returned HTTP 404',
  })
  expect([scrapes, requestsByReason]).toEqual([0, {}])
  for (const value of Object.values(fields))
    expect(value).toEqual({ value: null, reason: '/metrics returned HTTP 404' })
  expect(Object.keys(fields).length).toBeGreaterThan(10)
})

test('counts of the client: usage of successes, and the range of tokens of failures', () => {
  const rows = [
    requestRow({ dispatchedMs: 0, firstTokenMs: 50, lastTokenMs: 1040 }),
    requestRow({ dispatchedMs: 0, firstTokenMs: 70, lastTokenMs: 1060, chunks: 98 }),
    requestRow({ outcome: 'aborted', outputTokens: 7 }),
    requestRow({ outcome: 'timeout', outputTokens: null }),
  ]
  const counted = clientTokensOf(new RequestTable(rows), [
    { trial: 0, binStartMs: 0, tokens: 150 },
    { trial: 0, binStartMs: 20, tokens: 50 },
  ])
  expect(counted).toEqual({
    requestsOk: 2,
    requestsFailed: 2,
    promptsApart: 0,
    answersApart: 0,
    plannedPromptTokens: 1024,
    plannedOutputTokens: 200,
    usagePromptTokens: 1024,
    usageOutputTokens: 200,
    usageCachedTokens: { value: null, reason: 'the server does not report cached tokens' },
    streamedOutputTokens: 200,
    contentEvents: 198,
    failedOutputTokens: 7,
    failedOutputTokensMost: 200,
    ttftMeanMs: 60,
    tpotMeanMs: 10,
    lumpedTokens: 0,
    requestsAtOnce: 0,
    contentBytes: 800,
  })
})

test('a restart in the trial: no counter of it is a difference, though the last is higher than the first', () => {
  const server = serverTrialOf({
    before: reading({ generationTokens: 100, ttftCount: 2, itlCount: 98, otherModelTokens: 5, running: 0 }, 2),
    during: [reading({ generationTokens: 900, ttftCount: 18, itlCount: 882, running: 4 }, 18)],
    after: reading({ generationTokens: 300, ttftCount: 3, itlCount: 297, otherModelTokens: 9 }, 3),
    reason: null,
  })
  const restarted = { value: null, reason: 'the counters began anew in the trial: the server restarted' }
  for (const metric of ['generationTokens', 'tokensPerStep', 'otherModelTokens'] as const) {
    expect(server[metric]).toEqual(restarted)
  }
  expect([server.requestsByReason, server.runningMax]).toEqual([{}, 4])
})

test('tokens of other models, and the start of the process, where the page has them', () => {
  const server = serverTrialOf({
    before: reading({ generationTokens: 1, otherModelTokens: 100, processStartS: 1_787_000_000 }),
    during: [],
    after: reading({ generationTokens: 2, otherModelTokens: 350, processStartS: 1_787_000_000 }),
    reason: null,
  })
  expect(server).toMatchObject({ generationTokens: 1, otherModelTokens: 250, processStartS: 1_787_000_000 })
})

test('a metric without a valid value is missing for that reason', () => {
  const server = serverTrialOf({
    before: { ...reading({ generationTokens: 1 }), unusable: ['promptTokens'] },
    during: [],
    after: reading({ generationTokens: 2, promptTokens: 5 }),
    reason: null,
  })
  expect(server.promptTokens).toEqual({ value: null, reason: 'the server does not report a valid number for it' })
})
