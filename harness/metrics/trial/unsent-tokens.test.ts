import { describe, expect, test } from 'vitest'
import { missing } from '../../record/measured.ts'
import { makeClientTokens, makeServerTrial, makeTextTrial } from '../../testing/trial-builder.ts'
import { unsentTokens, withoutUnsentPace } from './unsent-tokens.ts'

/** Half as many events as usage counts tokens. */
const half = { usageOutputTokens: 2560, contentEvents: 1280 }
const noCounters = missing('not exported by this server')

describe('with the counters of the server', () => {
  test('tokens that would have arrived faster than they were made were never sent', () => {
    const client = makeClientTokens({ ...half, tpotMeanMs: 10 })
    expect(unsentTokens(client, makeServerTrial({ itlMeanMs: 20 }))).toBe(
      'usage counts 2560 output tokens, 1280 events carried one: by that count a token took 10.00 ms, at the server 20.00 ms: tokens are counted but never sent',
    )
  })

  test('events of two tokens at the pace of the server are bundles, however short the text', () => {
    const client = makeClientTokens({ ...half, tpotMeanMs: 19.5, contentBytes: 100 })
    expect(unsentTokens(client, makeServerTrial({ itlMeanMs: 20 }))).toBeNull()
  })

  test('two tokens per step are speculation, which sends them all', () => {
    const client = makeClientTokens({ ...half, tpotMeanMs: 10 })
    expect(unsentTokens(client, makeServerTrial({ itlMeanMs: 20, tokensPerStep: 2 }))).toBeNull()
  })
})

describe('without them the text decides', () => {
  const server = makeServerTrial({ itlMeanMs: noCounters, tokensPerStep: noCounters })

  test('two bytes per counted token do not hold them all', () => {
    const client = makeClientTokens({ ...half, contentBytes: 5120 })
    expect(unsentTokens(client, server)).toMatch(/2\.0 bytes of text per token: tokens are counted but never sent/)
    expect(unsentTokens(client, undefined)).toMatch(/2\.0 bytes/)
  })

  test('three do', () => {
    expect(unsentTokens(makeClientTokens({ ...half, contentBytes: 7680 }), server)).toBeNull()
  })
})

test('about as many events as tokens need no explanation, nor does a record without the bytes', () => {
  const slow = makeServerTrial({ itlMeanMs: 1000 })
  expect(unsentTokens(makeClientTokens({ usageOutputTokens: 1100, contentEvents: 1000 }), slow)).toBeNull()
  const { contentBytes: _, ...older } = makeClientTokens(half)
  expect(unsentTokens(older, slow)).toBeNull()
})

test('a trial of unsent tokens has no TPOT, no decode rate, and no share of an SLO that limits TPOT', () => {
  const trial = makeTextTrial({
    clientTokens: makeClientTokens({ ...half, tpotMeanMs: 10 }),
    server: makeServerTrial({ itlMeanMs: 20 }),
    goodputRequestsPerS: 4,
    sloShare: 1,
  })
  const none = { value: null, reason: expect.stringContaining('never sent') }
  const found = withoutUnsentPace(trial, { tpotMs: 15 })
  expect(found).toMatchObject({ decodeTokensPerS: none, goodputRequestsPerS: none, sloShare: none })
  expect(found.tpotMs).toMatchObject({ p50: none, n: 0 })
  expect(found.ttftMs).toEqual(trial.ttftMs)
  expect(withoutUnsentPace(trial, { ttftMs: 100 })).toMatchObject({ goodputRequestsPerS: 4, sloShare: 1 })
  const sent = makeTextTrial({ clientTokens: makeClientTokens(), server: makeServerTrial() })
  expect(withoutUnsentPace(sent, { tpotMs: 15 })).toEqual(sent)
})
