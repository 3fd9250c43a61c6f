import { describe, expect, it } from 'vitest'
import { StreamFaults } from './stream-faults.ts'

const endsOf = (streamFaults: StreamFaults, count: number) =>
  Array.from({ length: count }, () => streamFaults.next().end)

describe('StreamFaults', () => {
  it.each([0.1, 0.25, 0.5, 1])('hits the stated share of streams (%f), to within one', (share) => {
    for (const seed of [1, 2, 3]) {
      const streamFaults = new StreamFaults(['cut-stream'], share, seed)
      const hits = endsOf(streamFaults, 200).filter((end) => end !== null).length
      expect(Math.abs(hits - 200 * share)).toBeLessThanOrEqual(1)
    }
  })

  it('hits the same streams under the same seed, and others under another', () => {
    const drawn = (seed: number) => endsOf(new StreamFaults(['abort'], 0.3, seed), 50)
    expect(drawn(5)).toEqual(drawn(5))
    expect(drawn(5)).not.toEqual(drawn(6))
  })

  it('lets faults that end a stream take turns', () => {
    const streamFaults = new StreamFaults(['abort', 'cut-stream', 'in-stream-error'], 1, 1)
    expect(endsOf(streamFaults, 4)).toEqual(['in-stream-error', 'cut-stream', 'abort', 'in-stream-error'])
  })

  it('kills the engine once, with the ninth stream', () => {
    const ends = endsOf(new StreamFaults(['engine-death'], 1, 1), 30)
    expect(ends.flatMap((end, index) => (end === null ? [] : [index]))).toEqual([8])
  })

  it('leaves every stream alone without a fault', () => {
    expect(new StreamFaults([], 1, 1).next()).toEqual({ end: null, mergeTokens: 1, withUsage: true })
  })
})
