import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeStepMs, type RequestSize, type ServedModel } from '../served-model.ts'
import type { PlayedLoad } from './load.ts'
import { play } from './play.ts'

/** 10 ms for a decode step of any number of requests, and 0.1 ms per prompt token. */
const server: ServedModel = {
  decode: [
    { running: 1, stepMs: 10 },
    { running: 100, stepMs: 10 },
  ],
  promptTokenMs: 0.1,
  frontEndMs: 0,
  stepTokens: 2048,
  mostRunning: 100,
  kvTokens: null,
}
const size: RequestSize = { promptTokens: 1000, cachedTokens: 0, outputTokens: 11 }
const at = (...arrivalsMs: number[]): PlayedLoad => ({
  senders: { kind: 'open', arrivalsMs: Float64Array.from(arrivalsMs) },
  sizes: [size],
  requests: arrivalsMs.length,
  warmup: 0,
  slo: {},
})

describe('play', () => {
  test('one request: its prompt takes 1,000 x 0.1 ms, each of 10 further tokens a step', () => {
    const played = play(server, at(5))
    expect(played.meanTtftMs).toBeCloseTo(100)
    expect(played.meanE2eMs).toBeCloseTo(200)
    expect(played.mostInFlight).toBe(1)
  })

  test('a cached prompt is not computed: the first token takes the step of a decode', () => {
    const played = play(server, { ...at(0), sizes: [{ ...size, cachedTokens: 999 }] })
    expect(played.meanTtftMs).toBeCloseTo(10)
  })

  test('a prompt that arrives while another decodes makes its step longer', () => {
    // the second waits for the end of the step that runs at 125 ms, and then takes 100 ms
    const [first, both] = [play(server, at(0)), play(server, at(0, 125))]
    expect(first.meanE2eMs).toBeCloseTo(200)
    // first: 100 + 3 steps + the step with the prompt, 100 ms, + 6 steps
    expect(both.meanE2eMs * 2).toBeCloseTo(100 + 30 + 100 + 60 + (5 + 100 + 100))
  })

  test('two prompts of one moment share a step as far as its tokens go', () => {
    expect(play(server, at(0, 0)).meanTtftMs).toBeCloseTo(200)
    const narrow = play({ ...server, stepTokens: 1000 }, at(0, 0))
    // the first is done after its own step; the second waits for it and then takes 100 ms beside one decode
    expect(narrow.meanTtftMs).toBeGreaterThan(140)
    expect(narrow.meanTtftMs).toBeLessThan(165)
  })

  test('a request waits for one of the places, and for room in the KV cache, and is then late', () => {
    const slo = { ttftMs: 150 }
    const oneAtATime = play({ ...server, mostRunning: 1 }, { ...at(0, 0), slo })
    expect(oneAtATime).toMatchObject({ goodShare: 0.5, lateFirst: 0.5, waitedForPlace: 0.5, waitedForKv: 0 })
    const smallCache = play({ ...server, kvTokens: 1500 }, { ...at(0, 0), slo })
    expect(smallCache).toMatchObject({ goodShare: 0.5, waitedForPlace: 0, waitedForKv: 0.5 })
  })

  test('users who never pause keep their number in the server, by the law of Little', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 2, max: 80 }), (users, outputTokens) => {
        const played = play(server, {
          senders: { kind: 'users', users, pausesMs: Float64Array.of(0), startMs: 5000 },
          sizes: [{ promptTokens: 200, cachedTokens: 0, outputTokens }],
          requests: 1200 + users * 6,
          warmup: users * 2,
          slo: {},
        })
        expect(Math.abs((played.requestsPerS * played.meanE2eMs) / 1000 / users - 1)).toBeLessThan(0.1)
        expect(Math.abs(played.meanInFlight / users - 1)).toBeLessThan(0.1)
        expect(played.mostInFlight).toBeLessThanOrEqual(users)
      }),
      { numRuns: 30 },
    )
  })

  test('users who pause answer the interactive response time law: X = users / (answer + pause)', () => {
    const played = play(server, {
      senders: { kind: 'users', users: 20, pausesMs: Float64Array.of(3000), startMs: 3000 },
      sizes: [size],
      requests: 4000,
      warmup: 400,
      slo: {},
    })
    expect(played.requestsPerS).toBeCloseTo(20 / (3 + played.meanE2eMs / 1000), 1)
  })
})

describe('decodeStepMs', () => {
  const decode = [
    { running: 2, stepMs: 10 },
    { running: 10, stepMs: 18 },
  ]
  test('is linear between known loads, that of the lowest below, and in proportion above', () => {
    expect(decodeStepMs(decode, 1)).toBe(10)
    expect(decodeStepMs(decode, 6)).toBeCloseTo(14)
    expect(decodeStepMs(decode, 20)).toBeCloseTo(36)
  })
})
