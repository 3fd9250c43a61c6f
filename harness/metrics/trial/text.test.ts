import { describe, expect, test } from 'vitest'
import { RequestTable } from '../../record/request-table.ts'
import type { RequestRow, TokenRow } from '../../record/rows.ts'
import { scenarioSchema, type TextScenario } from '../../scenario/schema.ts'
import { gpuRow, requestRow } from '../../testing/rows.ts'
import { textTrial } from './text.ts'

const scenario = scenarioSchema.parse({
  name: 'one-stream',
  title: 'One stream',
  kind: 'text',
  model: 'llama-3.1-8b-instruct-fp8',
  load: { shape: 'closed', concurrency: 1 },
  prompt: { tokens: 512 },
  output: { tokens: 100 },
  slo: { ttftMs: 100 },
})
const client = { eventLoopDelayP99Ms: 1, cpuShareOfCore: 0.1, lateSends: 0, dropped: 0, sharedStampShare: 0 }
const request = (fromMs: number, toMs: number, over: Partial<RequestRow> = {}) =>
  requestRow({ dispatchedMs: fromMs, lastTokenMs: toMs, endMs: toMs, ...over })

/** 300 W without a break; 20 tokens a bin of 20 ms. The window goes from 1.5 s after the first request to the last end. */
function trialOf(requests: readonly RequestRow[], toMs: number, over: Partial<Parameters<typeof textTrial>[1]> = {}) {
  const tokens: TokenRow[] = Array.from({ length: toMs / 20 }, (_, bin) => ({
    trial: 0,
    binStartMs: bin * 20,
    tokens: 20,
  }))
  return textTrial(scenario as TextScenario, {
    index: 0,
    startMs: 0,
    sendUntilMs: toMs,
    endMs: toMs,
    requests: new RequestTable(requests),
    tokens,
    gaps: [],
    gpuRows: Array.from({ length: toMs / 200 + 11 }, (_, index) => gpuRow(index * 200, { powerW: 300 })),
    servingUuids: ['GPU-a'],
    gpuReason: null,
    client,
    ...over,
  })
}

describe('energy of a request', () => {
  test('is the energy of the window / the requests that lie in it, not all that were sent', () => {
    // window 1.5 to 11.5 s: 300 W x 10 s = 3000 J; of five requests the first began before it, and one failed
    const trial = trialOf(
      [
        request(0, 2000),
        request(2000, 5000),
        request(5000, 8000),
        request(8000, 10_000, { outcome: 'timeout' }),
        request(10_000, 11_500),
      ],
      11_500,
    )
    expect([trial.windowStartMs, trial.windowEndMs]).toEqual([1500, 11_500])
    expect([trial.requests, trial.requestsOk]).toEqual([5, 4])
    expect(trial.energyJ).toBeCloseTo(3000, 6)
    expect(trial.joulesPerRequest).toBeCloseTo(1000, 6)
    // 500 bins of 20 tokens
    expect(trial.outputTokens).toBe(10_000)
    expect(trial.outputTokensPerS).toBeCloseTo(1000, 9)
    expect(trial.tokensPerJ).toBeCloseTo(10_000 / 3000, 9)
    expect(trial.joulesPerOutputToken).toBeCloseTo(0.3, 9)
    expect(trial.meanPowerW).toBeCloseTo(300, 9)
  })

  test('is not known where no request fits into the window, and is never 0', () => {
    const trial = trialOf([request(0, 11_500)], 11_500)
    expect(trial.energyJ).toBeCloseTo(3000, 6)
    expect(trial.joulesPerRequest).toMatchObject({ value: null })
  })
})

test('prompt tokens are those of the requests inside the window', () => {
  const trial = trialOf(
    [
      request(0, 2000, { promptTokens: 7 }),
      request(2000, 5000, { promptTokens: 100 }),
      request(5000, 8000, { promptTokens: 200 }),
    ],
    8000,
  )
  expect(trial.promptTokens).toBe(300)
})

test('a failed request counts in the error rate, a dropped one against the SLO', () => {
  const requests = [
    request(0, 2000),
    request(2000, 5000),
    request(5000, 8000, { outcome: 'timeout' }),
    request(8000, 9000),
  ]
  const trial = trialOf(requests, 9000, { client: { ...client, dropped: 1 } })
  expect([trial.requests, trial.requestsOk, trial.errorRate]).toEqual([4, 3, 0.25])
  expect(trial.outcomes).toEqual({ ok: 3, timeout: 1 })
  // window 1.5 to 9 s: due were three and the dropped one, two of them were answered in time
  expect(trial.sloShare).toBe(0.5)
  expect(trial.goodputRequestsPerS).toBeCloseTo(2 / 7.5, 9)
})

test('the decode rate is 1000 / the median time per token', () => {
  // 100 tokens, the first after 50 ms: (3000 - 50) / 99 ms each
  const trial = trialOf([request(0, 2000), request(2000, 5000), request(5000, 8000)], 8000)
  expect(trial.tpotMs.p50).toBeCloseTo(2950 / 99, 9)
  expect(trial.decodeTokensPerS).toBeCloseTo(99_000 / 2950, 9)
})
