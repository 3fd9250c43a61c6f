import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withCardValues } from '../../energy/card-trials.ts'
import { RequestTable } from '../../record/request-table.ts'
import type { RequestRow, StepRow } from '../../record/rows.ts'
import { type Outcome, outcomes } from '../../record/rows.ts'
import type { GpuTelemetry } from '../../record/schema/telemetry.ts'
import { trialsOfKind } from '../../record/trials-of-kind.ts'
import type { Scenario, TextScenario } from '../../scenario/schema.ts'
import { closedLoopRows, gpuRow, requestRow } from '../../testing/rows.ts'
import { findDrift } from '../drift.ts'
import { resultOf } from '../result.ts'
import { clientTokensOf } from './client-tokens.ts'
import type { TrialObservations } from './shared.ts'
import { textTrial } from './text.ts'
import { trialOf } from './trial.ts'

const STREAMS = 2
const END_MS = 8000
const load = { shape: 'closed', concurrency: STREAMS, rampSeconds: 0 }
const scenarios = {
  text: { kind: 'text', load, slo: { ttftMs: 100, tpotMs: 20 } },
  image: { kind: 'image', load, image: { batch: 1 }, slo: { e2eMs: 1000 } },
  training: { kind: 'training', load },
} as unknown as Record<'text' | 'image' | 'training', Scenario>

/** A trial of two streams at full load for eight seconds, sampled at 5 Hz; every part can be set. */
const observations = (over: Partial<TrialObservations> = {}): TrialObservations => ({
  index: 0,
  startMs: 0,
  sendUntilMs: END_MS,
  endMs: END_MS,
  requests: new RequestTable(closedLoopRows(STREAMS, 0, END_MS, 1000)),
  tokens: [],
  gaps: [],
  gpuRows: Array.from({ length: 60 }, (_, index) => gpuRow(index * 200 - 2000)),
  servingUuids: ['GPU-a'],
  gpuReason: null,
  client: { eventLoopDelayP99Ms: null, cpuShareOfCore: null, lateSends: 0, dropped: 0, sharedStampShare: null },
  ...over,
})

/** Paths of the numbers in a value that JSON has no text for. */
function nonFinite(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path}: ${value}`]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => nonFinite(inner, `${path}.${key}`))
}

/** Few different times, so that coincidences (spans of no length, all tokens at once) are the rule. */
const time = fc.integer({ min: -2, max: 40 }).map((step) => step * 250)
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null, freq: 4 })
const count = fc.constantFrom(0, 1, 2, 100)
const changes: fc.Arbitrary<Partial<RequestRow>> = fc.record(
  {
    scheduledMs: time,
    dispatchedMs: maybe(time),
    firstChunkMs: maybe(time),
    firstTokenMs: maybe(time),
    lastTokenMs: maybe(time),
    endMs: time,
    promptTokens: maybe(count),
    outputTokens: maybe(count),
    cachedTokens: maybe(count),
    outcome: fc.constantFrom<Outcome[]>(...outcomes),
  },
  { requiredKeys: [] },
)
/** Requests of a steady load, some of them changed: half of all examples have a window, and odd rows inside it. */
const requests = fc
  .array(fc.tuple(fc.nat({ max: 15 }), changes), { maxLength: 12 })
  .map((edits) =>
    edits.reduce(
      (rows, [place, change]) => rows.with(place, { ...(rows[place] as RequestRow), ...change }),
      closedLoopRows(STREAMS, 0, END_MS, 1000),
    ),
  )
const tokenRows = fc.array(
  fc.record({ trial: fc.constant(0), binStartMs: fc.nat({ max: 400 }).map((bin) => bin * 20), tokens: count }),
  { maxLength: 20 },
)
const power = fc.constantFrom(0, 0.01, 300)
const samples = fc.array(
  fc
    .tuple(time, maybe(power), maybe(power))
    .map(([at, powerW, powerInstantW]) => gpuRow(at, { powerW, powerInstantW })),
  { maxLength: 60 },
)
const steps: fc.Arbitrary<StepRow[]> = fc.array(
  fc.record({ trial: fc.constant(0), step: count, timeMs: time, tokens: maybe(count), loss: maybe(fc.constant(1.5)) }),
  { maxLength: 20 },
)
const steadySamples = fc.constant(Array.from({ length: 60 }, (_, index) => gpuRow(index * 200 - 2000, { powerW: 0 })))

const telemetry = {
  sampler: null,
  before: { atMs: 0, health: [], processes: null },
  after: { atMs: 0, health: [], processes: null },
  counter: { state: 'ok' },
  idle: { startMs: null, endMs: null, powerW: null, pstates: [] },
  trials: [],
} satisfies GpuTelemetry

test.each(['text', 'image', 'training'] as const)(
  'every value of a %s trial is a finite number or null, whatever the rows',
  (kind) => {
    fc.assert(
      fc.property(requests, tokenRows, fc.oneof(samples, steadySamples), steps, (rows, tokens, gpuRows, stepRows) => {
        const table = new RequestTable(rows)
        const trial = trialOf(scenarios[kind], observations({ requests: table, tokens, gpuRows, steps: stepRows }))
        const card = withCardValues(telemetry, [trial], { gpuRows, counterRows: [], servingUuids: ['GPU-a'] })
        const derived = {
          result: resultOf([trial, trial]),
          drift: findDrift(trialsOfKind([trial, trial], 'text'), tokens),
          card,
        }
        expect(nonFinite({ trial, client: clientTokensOf(table, tokens), ...derived })).toEqual([])
      }),
      { numRuns: 200 },
    )
  },
)

test('answers that arrive in one piece have no TPOT, and the decode rate has the reason', () => {
  const whole = closedLoopRows(STREAMS, 0, END_MS, 1000).map((row) => ({ ...row, firstTokenMs: row.lastTokenMs }))
  const trial = textTrial(scenarios.text as TextScenario, observations({ requests: new RequestTable(whole) }))
  const none = {
    value: null,
    reason: expect.stringContaining('all output tokens of each request arrived at one moment'),
  }
  expect(trial.tpotMs).toMatchObject({ p50: none, n: 0 })
  expect(trial.decodeTokensPerS).toMatchObject(none)
  expect(trial.e2eMs.p50).toBeCloseTo(999)
})

test('one answer that arrives whole counts in no TPOT of the others', () => {
  const rows = closedLoopRows(STREAMS, 0, END_MS, 1000)
  const odd = rows.map((row, place) => (place % 2 === 0 ? { ...row, firstTokenMs: row.lastTokenMs } : row))
  const [all, some] = [rows, odd].map((each) =>
    textTrial(scenarios.text as TextScenario, observations({ requests: new RequestTable(each) })),
  )
  expect(some?.tpotMs.p50).toBeCloseTo(all?.tpotMs.p50 as number)
  expect(some?.tpotMs.n).toBeLessThan(all?.tpotMs.n as number)
  expect(some?.decodeTokensPerS).toBeCloseTo(all?.decodeTokensPerS as number)
})

test('an answer of one token is no reason to suspect a buffer', () => {
  const rows = closedLoopRows(STREAMS, 0, END_MS, 1000).map((row) =>
    requestRow({ ...row, outputTokens: 1, firstTokenMs: row.lastTokenMs }),
  )
  const { decodeTokensPerS } = textTrial(
    scenarios.text as TextScenario,
    observations({ requests: new RequestTable(rows) }),
  )
  expect(decodeTokensPerS).toMatchObject({
    reason: expect.stringMatching(/no successful request of more than one token/),
  })
})

test('a sensor that reports 0 W makes no infinite efficiency', () => {
  const gpuRows = observations().gpuRows.map((row) => ({ ...row, powerW: 0 }))
  const trial = textTrial(
    scenarios.text as TextScenario,
    observations({ gpuRows, tokens: [{ trial: 0, binStartMs: 3000, tokens: 10 }] }),
  )
  expect(trial.outputTokens).toBe(10)
  expect(trial.tokensPerJ).toEqual({ value: null, reason: 'the sensor reported no power in the whole window' })
})

test('a server that counts no tokens leaves sums and rates unknown, not NaN', () => {
  const rows = closedLoopRows(STREAMS, 0, END_MS, 1000).map((row) => ({
    ...row,
    promptTokens: null,
    outputTokens: null,
  }))
  const trial = textTrial(scenarios.text as TextScenario, observations({ requests: new RequestTable(rows) }))
  expect(trial.promptTokens).toMatchObject({ value: null, reason: expect.stringMatching(/reported no prompt tokens/) })
  expect(trial.wholeTrialOutputTokensPerS).toMatchObject({ value: null })
})
