import { describe, expect, test } from 'vitest'
import { scenarioSchema, type TextScenario } from '../scenario/schema.ts'
import { calibrationPlanOf } from './calibration-plan.ts'
import type { LoadPlan } from './protocol.ts'

const scenario = (over: object): TextScenario =>
  scenarioSchema.parse({
    name: 'calibrated',
    title: 'Calibrated',
    kind: 'text',
    model: 'llama-3.1-8b-instruct-fp8',
    load: { shape: 'closed', concurrency: 1000, rampSeconds: 1 },
    prompt: { tokens: 512, prefixCache: 'cold' },
    output: { tokens: 200 },
    trial: { seconds: 60 },
    ...over,
  }) as TextScenario
const closed: LoadPlan = { kind: 'closed', session: null }
const open = (ratePerS: number, rampSeconds = 0): LoadPlan => ({
  kind: 'open',
  ratePerS,
  arrivals: 'gamma',
  burstiness: 0.5,
  rampSeconds,
})

describe('closed loop', () => {
  test('streams, ramp, workers and prompts are those of the run; answers are short, so that many requests start', () => {
    expect(calibrationPlanOf(scenario({}), closed, 3)).toEqual({
      load: closed,
      client: 'raw',
      connections: 1000,
      workers: 3,
      promptTokens: 512,
      outputTokens: 40,
      rampMs: 1000,
      seconds: 6,
    })
  })

  test('it is as short as a short trial, and its ramp takes half of it at most', () => {
    const short = { load: { shape: 'closed', concurrency: 4, rampSeconds: 30 }, output: { tokens: 8 } }
    const plan = calibrationPlanOf(scenario({ ...short, trial: { seconds: 3 } }), closed, 1)
    expect(plan).toMatchObject({ seconds: 3, rampMs: 1500, outputTokens: 8 })
    expect(calibrationPlanOf(scenario({ ...short, trial: { seconds: 1 } }), closed, 1)).toMatchObject({ seconds: 2 })
  })

  test('conversations are sent without their pauses', () => {
    const load = { shape: 'closed', concurrency: 4, session: { turns: 3, thinkSeconds: 30, userTokens: 50 } }
    const session: LoadPlan = { kind: 'closed', session: { turns: 3, thinkSeconds: 30, userTokens: 50, width: 1 } }
    expect(calibrationPlanOf(scenario({ load }), session, 1).load).toEqual(closed)
  })
})

describe('open loop', () => {
  const load = { shape: 'open', ratePerS: 300, maxInFlight: 700 }

  test('the pattern of the run at its full rate', () => {
    const plan = calibrationPlanOf(scenario({ load }), open(300, 10), 1)
    expect(plan).toMatchObject({ load: open(300), connections: 700, rampMs: 0 })
  })

  test('a low rate is raised: a few requests have no percentiles', () => {
    expect(calibrationPlanOf(scenario({ load }), open(0.1), 1).load).toEqual(open(20))
  })
})

describe('trace', () => {
  const load = { shape: 'trace', file: 'x.jsonl', maxInFlight: 64 }
  const trace = (count: number, everyMs: number): LoadPlan => ({
    kind: 'trace',
    speed: 2,
    requests: Array.from({ length: count }, (_, index) => ({
      atMs: index * everyMs,
      promptTokens: 100,
      outputTokens: 500,
      hashIds: [],
    })),
  })

  test('its first seconds at its speed, with short answers', () => {
    const plan = calibrationPlanOf(scenario({ load }), trace(2000, 20), 1)
    // six seconds at twice the speed are twelve seconds of the trace
    expect(plan.load).toMatchObject({ kind: 'trace', speed: 2 })
    const { requests } = plan.load as Extract<LoadPlan, { kind: 'trace' }>
    expect(requests).toHaveLength(600)
    expect(requests.every(({ outputTokens }) => outputTokens === 40)).toBe(true)
  })

  test('a sparse one is replaced by random arrivals', () => {
    expect(calibrationPlanOf(scenario({ load }), trace(5, 60_000), 1).load).toMatchObject({
      kind: 'open',
      ratePerS: 20,
    })
  })
})
