import { expect, test } from 'vitest'
import { scenarioSchema, type TextScenario } from '../../scenario/schema.ts'
import type { LoadPlan } from '../protocol.ts'
import { expectedRequests } from './expected-requests.ts'

const scenarioWith = (load: object, seconds = 60): TextScenario =>
  scenarioSchema.parse({
    name: 'a-scenario',
    title: 'A scenario',
    kind: 'text',
    model: 'some-model',
    prompt: { tokens: 512 },
    output: { tokens: 256 },
    load,
    trial: { seconds },
  }) as TextScenario
const closed: LoadPlan = { kind: 'closed', session: null }

test('a closed loop yields its streams / the time of a request, over the window', () => {
  // 8 streams, 4 s each: 2 requests/s over 60 - 1 (ramp) - 1.5 s
  const scenario = scenarioWith({ shape: 'closed', concurrency: 8 })
  const found = expectedRequests(scenario, closed, 4000)
  expect(found?.requests).toBe(115)
  expect(found?.secondsFor(100)).toBe(53)
  expect(expectedRequests(scenario, closed, null)).toBeNull()
})

test('one long request at a time yields none', () => {
  const scenario = scenarioWith({ shape: 'closed', concurrency: 1, rampSeconds: 0 }, 10)
  expect(expectedRequests(scenario, closed, 20_000)?.requests).toBe(0)
  expect(expectedRequests(scenario, closed, 20_000)?.secondsFor(100)).toBe(2002)
})

test('conversations pause between turns, and have no ramp', () => {
  // 10 conversations of 1 s of answer and 4 x 3/4 s of thinking per turn
  const session = { turns: 4, thinkSeconds: 4, userTokens: 16 }
  const scenario = scenarioWith({ shape: 'closed', concurrency: 10, session }, 41.5)
  expect(expectedRequests(scenario, { kind: 'closed', session: { ...session, width: 1 } }, 1000)?.requests).toBe(100)
})

test('an open loop yields its rate over the window, whatever a request takes', () => {
  const open = { kind: 'open', ratePerS: 4, arrivals: 'poisson', burstiness: 1, rampSeconds: 0 } as const
  const scenario = scenarioWith({ shape: 'open', ratePerS: 4 })
  expect(expectedRequests(scenario, open, null)?.requests).toBe(234)
  expect(expectedRequests(scenario, open, null)?.secondsFor(100)).toBe(27)
  expect(expectedRequests(scenario, { ...open, rampSeconds: 10 }, null)?.requests).toBe(220)
})

test('a trace yields its requests that are due in the window', () => {
  const requests = [0, 1400, 1500, 59_000, 61_000].map((atMs) => ({
    atMs,
    promptTokens: 1,
    outputTokens: 1,
    hashIds: [],
  }))
  const scenario = scenarioWith({ shape: 'trace', file: 'trace.jsonl' })
  expect(expectedRequests(scenario, { kind: 'trace', requests, speed: 1 }, null)?.requests).toBe(2)
  // at double speed the last one is due after 30.5 s, and the third after 0.75 s
  expect(expectedRequests(scenario, { kind: 'trace', requests, speed: 2 }, null)?.requests).toBe(2)
  expect(expectedRequests(scenario, { kind: 'trace', requests, speed: 1 }, null)?.secondsFor(100)).toBeNull()
})
