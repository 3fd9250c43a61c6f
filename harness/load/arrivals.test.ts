import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arrivalsOf } from './arrivals.ts'

/** Facts of a stream whose events arrive at these times, each with four bytes of text per token. */
function arrivals(
  times: readonly number[],
  outputTokens: number,
  over: { contentBytes?: number; firstBytes?: number; firstCount?: number | null } = {},
) {
  return arrivalsOf({
    times: Float64Array.from(times),
    chunks: times.length,
    outputTokens,
    contentBytes: 4 * outputTokens,
    firstBytes: (4 * outputTokens) / times.length,
    firstCount: null,
    ...over,
  })
}
const every = (ms: number, count: number, fromMs = 0): number[] =>
  Array.from({ length: count }, (_, index) => fromMs + index * ms)
/** `lumps` groups of `size` events, one group per `size` times 20 ms. */
const lumped = (size: number, lumps: number, apartMs = 0): number[] =>
  Array.from({ length: lumps }, (_, lump) => every(apartMs, size, lump * size * 20)).flat()

describe('tokens that arrive one by one', () => {
  test('have one at the first moment and none together, at any speed', () => {
    for (const ms of [0.5, 2, 20, 500]) {
      expect(arrivals(every(ms, 50), 50)).toEqual({ firstTokens: 1, lumpedTokens: 0 })
    }
  })

  test('with a late one that came with the next are a pair', () => {
    expect(arrivals([0, 20, 60, 60, 80], 5)).toEqual({ firstTokens: 1, lumpedTokens: 2 })
  })
})

describe('tokens that arrive in lumps', () => {
  test('ten at a time, from the first on', () => {
    expect(arrivals(lumped(10, 5), 50)).toEqual({ firstTokens: 10, lumpedTokens: 50 })
  })

  test('at the speed of a network, in several reads', () => {
    expect(arrivals(lumped(10, 5, 0.4), 50)).toEqual({ firstTokens: 10, lumpedTokens: 50 })
  })

  test('all at one moment', () => {
    expect(arrivals(every(0, 50), 50)).toEqual({ firstTokens: 50, lumpedTokens: 50 })
    expect(arrivals(every(0.05, 50), 50)).toEqual({ firstTokens: 50, lumpedTokens: 50 })
  })
})

describe('events of several tokens', () => {
  test('ten per event, from the first on, by the length of their text', () => {
    expect(arrivals(every(200, 5), 50)).toEqual({ firstTokens: 10, lumpedTokens: 50 })
  })

  test('--stream-interval: the first token alone, then ten per event', () => {
    // 1 + 10 x 6 + 3 tokens in 8 events
    expect(arrivals(every(200, 8), 64, { firstBytes: 4 })).toEqual({ firstTokens: 1, lumpedTokens: 64 })
  })

  test('by the running count of the server, where it sends one', () => {
    expect(arrivals(every(200, 8), 64, { firstBytes: 30, firstCount: 3 }).firstTokens).toBe(3)
  })

  test('without text at all have an equal share', () => {
    expect(arrivals(every(200, 5), 50, { contentBytes: 0, firstBytes: 0 }).firstTokens).toBe(10)
  })

  test('a few joined by a busy front end', () => {
    // 100 tokens in 80 events: at least 40 of them were not alone
    expect(arrivals(every(20, 80), 100)).toMatchObject({ firstTokens: 1, lumpedTokens: 40 })
  })
})

test('without a token or a count nothing is known', () => {
  const none = { firstTokens: null, lumpedTokens: null }
  const facts = { times: new Float64Array(1), contentBytes: 0, firstBytes: 0, firstCount: null }
  expect(arrivalsOf({ ...facts, chunks: 0, outputTokens: 5 })).toEqual(none)
  expect(arrivalsOf({ ...facts, chunks: 1, outputTokens: null })).toEqual(none)
})

test('an answer of one token has it at the first moment', () => {
  expect(arrivals([5], 1)).toEqual({ firstTokens: 1, lumpedTokens: 0 })
})

test('never more tokens than the answer has, and never fewer than one at the first moment', () => {
  const gap = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 100, noNaN: true }))
  fc.assert(
    fc.property(fc.array(gap, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 500 }), (gaps, tokens) => {
      const times = gaps.map((_, index) => gaps.slice(0, index + 1).reduce((sum, ms) => sum + ms, 0))
      const { firstTokens, lumpedTokens } = arrivals(times, tokens)
      expect(firstTokens).toBeGreaterThanOrEqual(1)
      expect(firstTokens).toBeLessThanOrEqual(tokens)
      expect(lumpedTokens).toBeGreaterThanOrEqual(0)
      expect(lumpedTokens).toBeLessThanOrEqual(tokens)
    }),
  )
})

test('a steady stream that is passed on n at a time keeps its time per token', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 2, max: 12 }), (size, lumps) => {
      const times = lumped(size, lumps)
      const { firstTokens } = arrivals(times, times.length)
      expect((times.at(-1) as number) / (times.length - (firstTokens as number))).toBeCloseTo(20, 9)
    }),
  )
})

describe('a running count of the server', () => {
  test('gives the tokens of the first event, whatever the length of their text', () => {
    expect(arrivals(every(200, 5), 50, { firstCount: 14, firstBytes: 40, contentBytes: 200 }).firstTokens).toBe(14)
  })

  test('that the text of the first event cannot hold counts tokens that were never sent', () => {
    // half of 32 tokens have no event, and the running count of the first event includes them
    const hidden = { contentBytes: 64, firstBytes: 4, firstCount: 17 }
    expect(arrivals(every(20, 16), 32, hidden).firstTokens).toBe(2)
  })
})
