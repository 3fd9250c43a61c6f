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
const trialOf = (requests: readonly RequestRow[], toMs: number, over: Partial<Parameters<typeof textTrial>[1]> = {}) =>
  textTrial(scenario as TextScenario, { ...observedOf(requests, toMs), ...over })

function observedOf(requests: readonly RequestRow[], toMs: number): Parameters<typeof textTrial>[1] {
  const tokens: TokenRow[] = Array.from({ length: toMs / 20 }, (_, bin) => ({
    trial: 0,
    binStartMs: bin * 20,
    tokens: 20,
  }))
  return {
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
  }
}

describe('energy of a request', () => {
  test('is the energy of the window / the requests that completed in it, wherever they began', () => {
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
    expect(trial.joulesPerRequest).toBeCloseTo(750, 6)
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
    const none = { value: null, reason: 'no successful request lies wholly inside the window' }
    expect(trial).toMatchObject({ joulesPerRequest: none, goodputRequestsPerS: none, promptTokens: none })
  })
})

test('prompt tokens are those of the answers that began inside the window', () => {
  const requests = [
    request(0, 2000, { promptTokens: 7 }),
    request(2000, 5000, { promptTokens: 100 }),
    request(5000, 8000, { promptTokens: 200 }),
  ]
  expect(trialOf(requests, 8000).promptTokens).toBe(300)
  const late = request(0, 2000, { promptTokens: 7, firstTokenMs: 1600 })
  expect(trialOf([late, ...requests.slice(1)], 8000).promptTokens).toBe(307)
  // by older definitions, requests wholly inside
  expect(trialOf([late, ...requests.slice(1)], 8000, { definitions: 2 }).promptTokens).toBe(300)
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
  // three completed in it: the first took 50 ms to its first token, as all did
  expect(trial.goodputRequestsPerS).toBeCloseTo(3 / 7.5, 9)
})

test('the decode rate is 1000 / the median time per token', () => {
  // 100 tokens, the first after 50 ms: (3000 - 50) / 99 ms each
  const trial = trialOf([request(0, 2000), request(2000, 5000), request(5000, 8000)], 8000)
  expect(trial.tpotMs.p50).toBeCloseTo(2950 / 99, 9)
  expect(trial.decodeTokensPerS).toBeCloseTo(99_000 / 2950, 9)
})

describe('a stream that does not arrive one by one', () => {
  const pace = (over: Partial<RequestRow>) =>
    trialOf(
      [request(0, 2000, { ...over, firstTokenMs: 50 }), ...[2000, 5000].map((at) => request(at, at + 3000, over))],
      8000,
    )

  test('has the time per token of those that came after the first moment', () => {
    // 100 tokens, ten of them after 50 ms: (3000 - 50) / 90 ms each
    expect(pace({ firstTokens: 10, lumpedTokens: 100 }).tpotMs.p50).toBeCloseTo(2950 / 90, 9)
  })

  test('has neither TPOT nor decode rate when it arrives whole', () => {
    const { tpotMs, decodeTokensPerS, ttftMs } = pace({ firstTokens: 100, firstTokenMs: 4999 })
    const none = { value: null, reason: expect.stringMatching(/one moment: something .* buffers the stream/) }
    expect(decodeTokensPerS).toEqual(none)
    expect(tpotMs).toMatchObject({ p50: none, n: 0 })
    expect(ttftMs.n).toBe(2)
  })
})

test('an answer that arrived whole meets no limit of the time per token', () => {
  const limited = { ...scenario, slo: { tpotMs: 1000 } } as TextScenario
  const share = (over: Partial<RequestRow>) => {
    const rows = [request(0, 2000), request(2000, 5000, over), request(5000, 8000)]
    return textTrial(limited, { ...observedOf(rows, 8000) }).sloShare
  }
  expect(share({})).toBe(1)
  expect(share({ firstTokens: 100 })).toBe(0.5)
  // one token has no time after it
  expect(share({ firstTokens: 1, outputTokens: 1 })).toBe(1)
})
