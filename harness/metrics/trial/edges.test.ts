import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RequestTable } from '../../record/request-table.ts'
import type { RequestRow } from '../../record/rows.ts'
import { scenarioSchema, type TextScenario } from '../../scenario/schema.ts'
import { gpuRow, requestRow } from '../../testing/rows.ts'
import { latenciesOf } from './latency.ts'
import { goodputOf } from './slo.ts'
import { textTrial } from './text.ts'

const numberIn = (value: unknown): number => {
  if (typeof value !== 'number') throw new Error(`not a number: ${JSON.stringify(value)}`)
  return value
}

/** Requests on one stream after another from 0 on, each of this length, 100 tokens of one pace after `ttftMs`. */
const stream = (lengthsMs: readonly number[], ttftMs = 40): RequestRow[] => {
  let at = 0
  return lengthsMs.map((lengthMs, id) => {
    const dispatchedMs = at
    at += lengthMs
    return requestRow({
      id,
      dispatchedMs,
      scheduledMs: dispatchedMs,
      firstTokenMs: dispatchedMs + ttftMs,
      lastTokenMs: at,
      endMs: at,
      promptTokens: 50,
    })
  })
}

/** The trial of these streams at 300 W without a break. */
const trialOf = (streams: readonly (readonly RequestRow[])[], slo: TextScenario['slo']) => {
  const requests = streams.flat()
  const endMs = Math.max(...requests.map((row) => row.endMs))
  const scenario = scenarioSchema.parse({
    name: 'edges',
    title: 'Edges',
    kind: 'text',
    model: 'llama-3.1-8b-instruct-fp8',
    load: { shape: 'closed', concurrency: streams.length },
    prompt: { tokens: 50 },
    output: { tokens: 100 },
    slo,
  }) as TextScenario
  return textTrial(scenario, {
    index: 0,
    startMs: 0,
    sendUntilMs: endMs,
    endMs,
    requests: new RequestTable(requests),
    tokens: [],
    gaps: [],
    gpuRows: Array.from({ length: Math.ceil(endMs / 200) + 11 }, (_, index) => gpuRow(index * 200, { powerW: 300 })),
    servingUuids: ['GPU-a'],
    gpuReason: null,
    client: { eventLoopDelayP99Ms: 1, cpuShareOfCore: 0.1, lateSends: 0, dropped: 0, sharedStampShare: 0 },
  })
}

const lengths = fc.array(fc.integer({ min: 60, max: 3000 }), { minLength: 6, maxLength: 20 })
const streamsOf = fc.array(lengths, { minLength: 1, maxLength: 4 })

describe('a trial whose requests cross the edges of its window', () => {
  test('counts by completion: 3 requests of 4 s on one stream from 0 to 12 s, window 1.5 to 12 s', () => {
    const trial = trialOf([stream([4000, 4000, 4000])], { ttftMs: 50 })
    expect([trial.windowStartMs, trial.windowEndMs]).toEqual([1500, 12_000])
    // completed at 4, 8 and 12 s; two of them lie wholly inside
    expect(trial.goodputRequestsPerS).toBeCloseTo(3 / 10.5, 12)
    expect(trial.joulesPerRequest).toBeCloseTo((300 * 10.5) / 3, 6)
    // first tokens at 4.04 and 8.04 s
    expect(trial.promptTokens).toBe(100)
    expect(trial.e2eMs).toMatchObject({ n: 3, p50: 4000 })
    expect(trial.decodeTokensPerS).toBeCloseTo(1000 / (3960 / 99), 9)
  })

  test('has as goodput its request rate where all keep the SLO, and never more where some do not', () => {
    fc.assert(
      fc.property(streamsOf, fc.integer({ min: 60, max: 3000 }), (each, limitMs) => {
        const streams = each.map((list) => stream(list))
        const trial = trialOf(streams, { ttftMs: 60 })
        if (typeof trial.windowStartMs !== 'number' || typeof trial.goodputRequestsPerS !== 'number') return
        const seconds = (numberIn(trial.windowEndMs) - trial.windowStartMs) / 1000
        const completions = trial.e2eMs.n
        expect(trial.goodputRequestsPerS).toBeCloseTo(completions / seconds, 9)
        expect(numberIn(trial.joulesPerRequest) * completions).toBeCloseTo(numberIn(trial.energyJ), 6)
        const limited = numberIn(trialOf(streams, { e2eMs: limitMs }).goodputRequestsPerS)
        expect(limited).toBeLessThanOrEqual(completions / seconds)
        expect(limited).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  test('has none of them, and why, where each request is longer than the window; the pace is known', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 3000, max: 60_000 }), (many, lengthMs) => {
        const trial = trialOf(
          Array.from({ length: many }, () => stream([lengthMs])),
          { ttftMs: 60 },
        )
        const none = { value: null, reason: 'no successful request lies wholly inside the window' }
        expect(trial).toMatchObject({ goodputRequestsPerS: none, joulesPerRequest: none, promptTokens: none })
        expect(numberIn(trial.tpotMs.p50)).toBeCloseTo((lengthMs - 40) / 99, 9)
      }),
    )
  })
})

/** A window of any place and length over the first seconds of a trial. */
const windows = fc
  .tuple(fc.integer({ min: 0, max: 8000 }), fc.integer({ min: 20, max: 8000 }))
  .map(([startMs, lengthMs]) => ({ startMs, endMs: startMs + lengthMs }))

describe('the time per token of a stream of constant pace', () => {
  test('is that pace, whatever the edges of the window and the lengths of the answers', () => {
    const answers = fc.array(fc.integer({ min: 2, max: 300 }), { minLength: 30, maxLength: 60 })
    fc.assert(
      fc.property(answers, fc.constantFrom(1, 5, 10), windows, (tokens, lump, { startMs, endMs }) => {
        let at = 0
        // 20 ms per token after a prefill of 30 ms; passed on `lump` tokens at a time
        const rows = tokens.map((count, id) => {
          const whole = Math.max(2, Math.ceil(count / lump)) * lump
          const dispatchedMs = at
          at += 30 + 20 * whole
          return requestRow({
            id,
            dispatchedMs,
            firstTokenMs: dispatchedMs + 30 + 20 * lump,
            firstTokens: lump,
            lastTokenMs: at,
            endMs: at,
            outputTokens: whole,
          })
        })
        const { tpotMs } = latenciesOf(new RequestTable(rows), startMs, endMs)
        // a window may lie in the time between two answers
        if (tpotMs.n === 0) expect(endMs - startMs).toBeLessThanOrEqual(30 + 20 * lump)
        else {
          expect(numberIn(tpotMs.p50)).toBeCloseTo(20, 6)
          expect(numberIn(tpotMs.mean)).toBeCloseTo(20, 6)
        }
      }),
    )
  })

  test('counts each answer by the share of its decode that lies inside', () => {
    // window 1 to 4 s: a quarter of the decode of the first answer, the second, and half of the third
    const at = (fromMs: number, toMs: number, outputTokens: number) =>
      requestRow({ dispatchedMs: fromMs - 50, firstTokenMs: fromMs, lastTokenMs: toMs, endMs: toMs, outputTokens })
    const rows = [at(250, 1250, 101), at(1500, 2500, 51), at(3000, 5000, 51), at(4000, 5000, 11)]
    const { tpotMs } = latenciesOf(new RequestTable(rows), 1000, 4000)
    // 10, 20 and 40 ms by weights 0.25, 1 and 0.5: ranks 0, 0.25 / 0.75 and 1
    expect(tpotMs).toMatchObject({ n: 3, max: 40, p99: { value: null } })
    expect(numberIn(tpotMs.mean)).toBeCloseTo((2.5 + 20 + 20) / 1.75, 12)
    expect(numberIn(tpotMs.p50)).toBeCloseTo(20 + (20 * (1 / 2 - 1 / 3)) / (2 / 3), 12)
  })
})

test('requests are counted once where one window ends and the next begins', () => {
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 20_000 }), (each, cutMs) => {
      const table = new RequestTable(stream(each))
      const endMs = each.reduce((sum, ms) => sum + ms, 0)
      fc.pre(cutMs < endMs)
      const completed = (fromMs: number, toMs: number) => latenciesOf(table, fromMs, toMs).e2eMs.n
      expect(completed(0, cutMs) + completed(cutMs, endMs)).toBe(each.length)
      expect(completed(0, endMs)).toBe(each.length)
    }),
  )
})

describe('a window in which requests fail', () => {
  const slo = { ttftMs: 100 }
  const failed = (fromMs: number) => requestRow({ dispatchedMs: fromMs, endMs: fromMs + 500, outcome: 'http-5xx' })

  test('has a goodput of 0 where all that ended in it failed: that is known', () => {
    const table = new RequestTable([failed(1000), failed(2000)])
    expect(goodputOf(table, { startMs: 500, endMs: 3000, slo })).toBe(0)
  })

  test('has none where others ran through it and were longer than it', () => {
    const table = new RequestTable([failed(1000), ...stream([9000])])
    expect(goodputOf(table, { startMs: 500, endMs: 3000, slo })).toMatchObject({ value: null })
    expect(goodputOf(new RequestTable(), { startMs: 500, endMs: 3000, slo })).toMatchObject({ value: null })
  })
})
