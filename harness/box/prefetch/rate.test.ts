import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DownloadRate } from './rate.ts'

test('a steady download has its rate and the time that is left', () => {
  const rate = new DownloadRate(0)
  for (let second = 0; second <= 120; second += 2) rate.read(second * 50e6, second * 1000)
  expect(rate.state(9e9)).toEqual({ bytes: 6e9, totalBytes: 9e9, bytesPerS: 50e6, leftMs: 60_000 })
  expect(rate.state(null)).toMatchObject({ bytesPerS: 50e6, leftMs: null })
})

test('the rate is that of the last half minute, what was there before does not count', () => {
  const rate = new DownloadRate(0)
  rate.read(5e9, 0)
  for (let second = 2; second <= 60; second += 2) rate.read(5e9 + second * 1e6, second * 1000)
  expect(rate.state(null).bytesPerS).toBeCloseTo(1e6)
  for (let second = 62; second <= 100; second += 2) rate.read(5.06e9, second * 1000)
  expect(rate.state(6e9)).toMatchObject({ bytesPerS: 0, leftMs: null })
  expect(rate.quietMs(100_000)).toBe(40_000)
})

test('before there are two readings nothing is claimed, and no time is negative', () => {
  const rate = new DownloadRate(0)
  expect(rate.state(10)).toEqual({ bytes: 0, totalBytes: 10, bytesPerS: null, leftMs: null })
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1e6), fc.integer({ min: 1, max: 60_000 }))), fc.nat(1e9), (steps, total) => {
      const any = new DownloadRate(0)
      let [bytes, ms] = [0, 0]
      for (const [more, passed] of steps) {
        bytes += more
        ms += passed
        any.read(bytes, ms)
      }
      const { bytesPerS, leftMs } = any.state(total)
      expect(bytesPerS ?? 0).toBeGreaterThanOrEqual(0)
      expect(leftMs ?? 0).toBeGreaterThanOrEqual(0)
      expect(any.quietMs(ms)).toBeGreaterThanOrEqual(0)
    }),
  )
})
