import { expect, test } from 'vitest'
import { calibrateClient } from './calibration.ts'
import type { CalibrationPlan } from './calibration-plan.ts'
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

const plan: CalibrationPlan = {
  load: { kind: 'closed', session: null },
  client: 'raw',
  connections: 4,
  workers: 1,
  promptTokens: 64,
  outputTokens: 40,
  rampMs: 200,
  seconds: 2,
}

test('the load engine is calibrated against an exact server in a separate process', async () => {
  const calibration = await calibrateClient(plan)
  expect(calibration).toMatchObject({ streams: 4, tokensPerSPerStream: 40, arrivals: 'closed', seconds: 2 })
  // each of the four streams sends a request a second
  expect(calibration.requests).toBeGreaterThanOrEqual(4)
  // a server is never early; how late it is depends on the machine, and so do the errors
  expect(calibration.ttftMs?.true.p50).toBeGreaterThanOrEqual(50)
  expect(calibration.ttftMs?.reported.p50).toBeGreaterThanOrEqual(50)
  expect(calibration.ttftErrorMs.p50).toBeLessThanOrEqual(calibration.ttftErrorMs.max)
  // how far beyond the rate of its streams it gets depends on the machine
  expect(calibration.highestTokensPerS).toBeGreaterThan(4 * 40)
})

test('the arrivals of an open loop are sent as such, by the client of the openai package too', async () => {
  const load = { kind: 'open', ratePerS: 20, arrivals: 'poisson', burstiness: 1, rampSeconds: 0 } as const
  const calibration = await calibrateClient({ ...plan, load, client: 'sdk', connections: 64, outputTokens: 8 })
  expect(calibration).toMatchObject({ arrivals: 'open', streams: 64 })
  // 20 a second over two seconds: not one burst of all connections
  expect(calibration.requests).toBeGreaterThan(10)
  expect(calibration.requests).toBeLessThan(90)
})
