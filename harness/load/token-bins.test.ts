import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addTokens } from './token-bins.ts'

test('tokens go to the bins in which their events arrived', () => {
  const bins = new Map<number, number>()
  addTokens(bins, { times: Float64Array.of(1000, 1019, 1020, 1100), chunks: 4, outputTokens: 4, originMs: 1000 })
  expect([...bins]).toEqual([
    [0, 2],
    [1, 1],
    [5, 1],
  ])
})

test('merged events carry their share: 6 tokens in 3 events are 2 each', () => {
  const bins = new Map<number, number>()
  addTokens(bins, { times: Float64Array.of(0, 20, 40), chunks: 3, outputTokens: 6, originMs: 0 })
  expect([...bins.values()]).toEqual([2, 2, 2])
})

test('no token is lost or made up, however many events there were', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }),
      fc.nat(5000),
      (times, tokens) => {
        const bins = new Map<number, number>()
        addTokens(bins, { times: Float64Array.from(times), chunks: times.length, outputTokens: tokens, originMs: 0 })
        expect([...bins.values()].reduce((sum, each) => sum + each, 0)).toBe(tokens)
      },
    ),
  )
})

test('at no event is the running sum more than half a token from its proportion', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(200), (events, tokens) => {
      const bins = new Map<number, number>()
      // one event a bin
      const times = Float64Array.from({ length: events }, (_, index) => index * 20)
      addTokens(bins, { times, chunks: events, outputTokens: tokens, originMs: 0 })
      let sum = 0
      for (let index = 0; index < events; index += 1) {
        sum += bins.get(index) ?? 0
        expect(Math.abs(sum - (tokens * (index + 1)) / events)).toBeLessThanOrEqual(0.5 + 1e-9)
      }
    }),
  )
})

test('running counts of the server place the tokens, and the last event has the rest by usage', () => {
  const bins = new Map<number, number>()
  const counts = Uint32Array.of(5, 6, 6, 12)
  addTokens(bins, { times: Float64Array.of(0, 20, 40, 60), chunks: 4, outputTokens: 10, originMs: 0, counts })
  expect([...bins]).toEqual([
    [0, 5],
    [1, 1],
    [3, 4],
  ])
})
