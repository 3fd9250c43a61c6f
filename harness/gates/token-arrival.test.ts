import { describe, expect, test } from 'vitest'
import { missing } from '../record/measured.ts'
import type { TextTrial } from '../record/schema/trial.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { gateOf, type MeasuredRun, measuredRun } from '../testing/measured-run.ts'
import { makeTextTrial, median } from '../testing/trial-builder.ts'

const notExported = missing('not exported by this server')
const client = { eventLoopDelayP99Ms: 1, cpuShareOfCore: 0.1, lateSends: 0, dropped: 0, sharedStampShare: 0.9 }
/** Lumps 200 ms apart. */
const chunkGapMs: TextTrial['chunkGapMs'] = {
  ...makeTextTrial().chunkGapMs,
  p99: 200,
}
const lumps = (over: MeasuredRun = {}): MeasuredRun => ({
  ...over,
  client: { lumpedTokens: 2304, ...over.client },
  trial: { client, chunkGapMs, ...over.trial },
})
const arrival = (over: MeasuredRun) => gateOf(measuredRun(over), 'token-arrival')

describe('tokens in lumps are named with their share, and with what held them back', () => {
  test.each<[string, MeasuredRun, RegExp]>([
    [
      'a proxy: the server made them one by one',
      { server: { itlMeanMs: 20, itlShortShare: 0.01 } },
      /one token per step of 20\.0 ms, 1\.0 % of them 10 ms or less: a proxy or the network/,
    ],
    [
      'a proxy, by a server without the histogram',
      { server: { itlMeanMs: 20 } },
      /one token per step of 20\.0 ms: a proxy or the network/,
    ],
    [
      'a proxy, where steps are too short for the histogram',
      { server: { itlMeanMs: 8, itlShortShare: 1 } },
      /one token per step of 8\.0 ms: a proxy or the network/,
    ],
    [
      'the server: its engine works in bursts',
      { server: { itlMeanMs: 20, itlShortShare: 0.9 } },
      /the server made them in bursts: 90\.0 % of its steps took 10 ms or less/,
    ],
    [
      'the server: events of several tokens',
      { client: { contentEvents: 320 } },
      /the server sends 8\.00 tokens per event/,
    ],
    [
      'this client: it was blocked for as long as the lumps are apart',
      { trial: { client: { ...client, eventLoopDelayP99Ms: 120 } } },
      /this client was starved: its event loop was 120\.0 ms late/,
    ],
    [
      'not this client, if it was late for less than that',
      { trial: { client: { ...client, eventLoopDelayP99Ms: 20 } } },
      /a proxy or the network/,
    ],
    [
      'unknown, without counters',
      { server: { tokensPerStep: notExported, itlMeanMs: notExported } },
      /the counters of the server do not show/,
    ],
  ])('%s', (_, over, cause) => {
    const { status, evidence } = arrival(lumps(over))
    expect(status).toBe('warn')
    expect(evidence).toMatch(/^90\.0 % of 2560 tokens arrived at one moment with others; /)
    expect(evidence).toMatch(cause)
  })

  test('and are no suspicion of speculation', () => {
    expect(gateOf(measuredRun(lumps()), 'speculation').status).toBe('pass')
  })
})

describe('answers that arrive whole', () => {
  const buffered: MeasuredRun = {
    client: { requestsAtOnce: 10, lumpedTokens: 2560, tpotMeanMs: missing('all at one moment') },
    server: { itlMeanMs: 20 },
    trial: { client, e2eMs: median(3000) },
  }

  test('fail, and something buffers the stream', () => {
    const { status, evidence } = arrival(buffered)
    expect(status).toBe('fail')
    expect(evidence).toMatch(/^10 of 10 answers arrived whole: something buffers the stream; 100\.0 % of 2560 tokens/)
    expect(evidence).toContain('a proxy or the network')
  })

  test('of a client that was blocked for as long as they took are its own fault', () => {
    const blocked = { ...buffered.trial, client: { ...client, eventLoopDelayP99Ms: 2000 } }
    expect(arrival({ ...buffered, trial: blocked }).evidence).toContain('this client was starved')
  })
})

test('a record that does not say how its tokens arrived is not measured', () => {
  const run = measuredRun()
  const trials = trialsOfKind(run.trials, 'text').map((trial) => {
    const { lumpedTokens: _, ...clientTokens } = trial.clientTokens!
    return { ...trial, clientTokens }
  })
  expect(gateOf({ ...run, trials }, 'token-arrival')).toMatchObject({
    status: 'not-measured',
    evidence: 'no trial says how its tokens arrived',
  })
})

test('nor is a run without a trial', () => {
  const run = measuredRun()
  expect(gateOf({ ...run, trials: [] }, 'token-arrival')).toMatchObject({
    status: 'not-measured',
    evidence: 'no trial was run',
  })
})

test('tokens that were never sent fail with that reason alone: how they arrived is not known', () => {
  const client = { contentEvents: 1280, tpotMeanMs: 10, lumpedTokens: 2560 }
  expect(arrival({ client, server: { itlMeanMs: 20 } })).toMatchObject({
    status: 'fail',
    evidence: expect.stringMatching(
      /^trial 0: usage counts 2560 output tokens, 1280 events .* tokens are counted but never sent$/,
    ),
  })
})
