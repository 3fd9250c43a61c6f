import { describe, expect, test } from 'vitest'
import { missing } from '../record/measured.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { gateOf, measuredRun } from '../testing/measured-run.ts'
import type { GateInput } from './gate.ts'

const tokenAudit = (run: GateInput) => gateOf(run, 'token-audit')

test('usage, streams and the server agree', () => {
  const { status, evidence } = tokenAudit(measuredRun())
  expect(status).toBe('pass')
  expect(evidence).toContain('usage 2560, streamed 2560, server 2560')
})

test.each([
  ['half a per cent is allowed', { server: { generationTokens: 2572 } }, 'pass'],
  ['more is not', { server: { generationTokens: 2574 } }, 'fail'],
  ['nor less', { server: { generationTokens: 2546 } }, 'fail'],
  ['usage off by 3 %', { client: { usageOutputTokens: 2637, streamedOutputTokens: 2637 } }, 'fail'],
  ['streams that lost tokens', { client: { streamedOutputTokens: 2500 } }, 'fail'],
  ['more events than tokens', { client: { contentEvents: 2600 } }, 'fail'],
] as const)('%s', (_, over, status) => {
  expect(tokenAudit(measuredRun(over)).status).toBe(status)
})

describe('another client on the same server', () => {
  test('is named, with its tokens', () => {
    const { status, evidence } = tokenAudit(
      measuredRun({ server: { generationTokens: 2820, promptTokens: 5172, requestSuccess: 23 } }),
    )
    expect(status).toBe('fail')
    expect(evidence).toContain('this client received at most 2560: 9.2 % are excess')
    expect(evidence).toContain(
      'traffic from other clients: 13 other requests with 52 prompt tokens ended on this server',
    )
  })

  test('too small to matter is a warning', () => {
    const { status, evidence } = tokenAudit(measuredRun({ server: { generationTokens: 2561, requestSuccess: 11 } }))
    expect(status).toBe('warn')
    expect(evidence).toContain('traffic from other clients: 1 other request ended on this server')
  })

  test('whose requests have not ended leaves excess tokens', () => {
    const { status, evidence } = tokenAudit(measuredRun({ server: { generationTokens: 2900 } }))
    expect(status).toBe('fail')
    expect(evidence).toContain('without requests of other clients')
  })
})

describe('failed requests', () => {
  const client = {
    requestsOk: 9,
    requestsFailed: 1,
    usageOutputTokens: 2304,
    streamedOutputTokens: 2304,
    contentEvents: 2304,
  }
  test.each([
    ['got nothing', 0, 2304, 'pass'],
    ['may have received anything up to the requested number', 0, 2500, 'pass'],
    ['cannot have got more', 0, 2600, 'fail'],
    ['received at least the streamed tokens', 200, 2304, 'fail'],
  ])('%s', (_, failedOutputTokens, generationTokens, status) => {
    const run = measuredRun({
      client: { ...client, failedOutputTokens, failedOutputTokensMost: 256 },
      server: { generationTokens, requestSuccess: 9 },
    })
    expect(tokenAudit(run).status).toBe(status)
  })
})

describe('times', () => {
  test.each([
    ['TTFT 5 % apart', { ttftMeanMs: 103 }, 'pass'],
    ['TTFT more than 5 % apart', { ttftMeanMs: 106 }, 'warn'],
    ['TPOT more than 5 % apart', { tpotMeanMs: 10.6 }, 'warn'],
  ])('%s', (_, client, status) => {
    expect(tokenAudit(measuredRun({ client })).status).toBe(status)
  })

  test('the largest difference of several trials is named, with their number', () => {
    const run = measuredRun()
    const trial = trialsOfKind(run.trials, 'text')[0]!
    const slower = (index: number, ttftMeanMs: number) => ({
      ...trial,
      index,
      clientTokens: { ...trial.clientTokens!, ttftMeanMs },
    })
    const { evidence } = tokenAudit({ ...run, trials: [trial, slower(1, 120), slower(2, 150)] })
    expect(evidence).toContain('TTFT is 150.0 ms by the client and 99.0 ms by the server in trial 2')
    expect(evidence).toContain('in 2 of 3 trials')
  })

  test('a millisecond of HTTP is no finding, however short the prefill', () => {
    expect(tokenAudit(measuredRun({ client: { ttftMeanMs: 11 }, server: { ttftMeanMs: 9.5 } })).status).toBe('pass')
  })
})

test.each([
  ['not exported', { server: { generationTokens: missing('not exported by this server') } }],
  ['an older record', { server: null }],
])('%s: not measured', (_, over) => {
  expect(tokenAudit(measuredRun(over)).status).toBe('not-measured')
})
