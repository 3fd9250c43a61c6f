import { expect, test } from 'vitest'
import { calibrateClient } from './calibration.ts'
import { compareStamps } from './loopback/stamp-errors.ts'

test('errors are the differences between what a client and the server stamped', () => {
  // id, sent | arrived, then three events; true TTFT 50, gaps 25
  const server = Float64Array.of(7, 1000, 1050, 1075, 1100)
  const client = Float64Array.of(7, 999, 1050.5, 1076, 1100.25)
  const errors = compareStamps(client, server, 3)
  expect(errors.reportedTtftP50Ms).toBeCloseTo(51.5, 9)
  expect(errors.ttftMs.max).toBeCloseTo(1.5, 9)
  expect(errors.gapMs.max).toBeCloseTo(0.75, 9)
  expect(errors.lagMs.max).toBeCloseTo(1, 9)
  expect(errors.lost).toBe(0)
  // the server's events span 50 ms, the client's stamps of them 49.75 ms
  expect(errors.rateErrorShare).toBeCloseTo(50 / 49.75 - 1, 9)
})

test('an event that the client never stamped is lost, not an error of 0', () => {
  const errors = compareStamps(Float64Array.of(1, 0, 50, Number.NaN), Float64Array.of(1, 0, 50, 75), 2)
  expect(errors.lost).toBe(1)
})

test('the client is calibrated against an exact server in a separate process', async () => {
  const calibration = await calibrateClient(4, 64)
  expect(calibration).toMatchObject({ streams: 4, tokensPerSPerStream: 40 })
  // the values depend on the machine; this test requires only that they are values
  expect(calibration.ttftErrorMs.p50).toBeLessThanOrEqual(calibration.ttftErrorMs.max)
  expect(calibration.gapErrorMs.p50).toBeLessThanOrEqual(calibration.gapErrorMs.max)
  // how far beyond the rate of its streams it gets depends on the machine
  expect(calibration.highestTokensPerS).toBeGreaterThan(4 * 40)
})
