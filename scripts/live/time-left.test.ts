import fc from 'fast-check'
import { expect, test } from 'vitest'
import { calibrationSeconds } from '../../harness/load/calibration-plan.ts'
import { scenarioFileSchema } from '../../harness/scenario/schema.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { makeTick } from '../../harness/testing/tick-builder.ts'
import { makeTextTrial } from '../../harness/testing/trial-builder.ts'
import { type Lane, newLane, runFacts, withTick, withTrial } from './lane.ts'
import { suiteOf, timeOfFile } from './suite.ts'
import { leftOfLane, leftOfParts, leftText, longest } from './time-left.ts'

const trial = { seconds: 60, quietSeconds: 1, warmupSeconds: 10 }
const record = makeRun({ card: 'rtx-4090', scenarioFields: { trial } })
const lane = (fewest: number, most: number): Lane => ({
  ...newLane('', 0),
  run: { ...runFacts(record, 'results/run'), fewest, most },
})

test('the scenario lasts at most all of its trials with their pauses, by what the finished ones took', () => {
  const inFirst = withTick(lane(3, 10), makeTick({ elapsedMs: 20_000 }), 100_000)
  expect(leftOfLane(inFirst)).toEqual([
    { of: 'trial', ms: 40_000, kind: 'exact' },
    { of: 'scenario', ms: 41_000 + 9 * 62_000, kind: 'most' },
  ])
  // the first trial began at 80 s; two of them, and what follows them, took 70 s each
  const inThird = withTick({ ...inFirst, trialsDone: 2 }, makeTick({ label: 'trial 3', elapsedMs: 0 }), 220_000)
  expect(leftOfLane(inThird)[1]).toEqual({ of: 'scenario', ms: 61_000 + 7 * 70_000, kind: 'most' })
})

test('between two trials the one that is done is left out, and the mean is of whole trials', () => {
  const begins = withTick(lane(3, 10), makeTick({ elapsedMs: 0 }), 0)
  const ends = withTick({ ...begins, trialsDone: 1 }, makeTick({ label: 'trial 2', elapsedMs: 60_000 }), 122_000)
  const trialList = [makeTextTrial(), makeTextTrial({ index: 1 })]
  const between = withTrial(ends, makeRun({ card: 'rtx-4090', scenarioFields: { trial }, trialList }))
  expect(leftOfLane(between)).toEqual([
    { of: 'trial', ms: 0, kind: 'exact' },
    { of: 'scenario', ms: 1000 + 8 * 61_000, kind: 'most' },
  ])
  // the next trial begins after its pause: what is left does not rise
  const [, scenario] = leftOfLane(withTick(between, makeTick({ label: 'trial 3', elapsedMs: 0 }), 124_000))
  expect(scenario?.ms).toBe(61_000 + 7 * 62_000)
})

test('a fixed number of trials is about as long as planned; a warm-up comes before all of them', () => {
  const warm = withTick(lane(3, 3), makeTick({ label: 'warm-up', elapsedMs: 4000, totalMs: 10_000 }), 4000)
  expect(leftOfLane(warm).map(leftText)).toEqual(['warm-up 6 s', 'scenario about 4 min'])
  expect(leftOfLane(lane(3, 3))).toEqual([])
})

test('nothing has less than no time left', () => {
  const ms = fc.double({ min: 0, max: 1e8, noNaN: true })
  fc.assert(
    fc.property(ms, ms, ms, fc.nat(12), (elapsedMs, totalMs, atMs, trialsDone) => {
      const ticked = withTick({ ...lane(3, 10), trialsDone }, makeTick({ elapsedMs, totalMs }), atMs)
      for (const left of leftOfLane(ticked)) expect(left.ms).toBeGreaterThanOrEqual(0)
    }),
  )
  expect(leftOfParts([{ mostMs: 1000, tookMs: null }], 5000, null)).toBe(0)
})

test('of several cards at the same time the slowest decides', () => {
  const of = (ms: number) => ({ of: 'demo', ms, kind: 'most' as const })
  expect(longest([of(1), of(3), of(2)])).toEqual([of(3)])
  expect(longest([])).toEqual([])
})

test('a suite is stretched by what took longer than its plan, and never shortened', async () => {
  let nowMs = 0
  const suite = suiteOf(
    'suite',
    [10, 20, 30].map((maxS) => ({ minS: 1, maxS })),
    { nowMs: () => nowMs },
  )
  const take = (ms: number) => () => {
    nowMs += ms
    return Promise.resolve(suite.left(null)[0]?.ms)
  }
  expect(suite.left(null)).toEqual([{ of: 'suite', part: '1 of 3', ms: 60_000, kind: 'most' }])
  expect(await suite.next(take(4000))).toBe(56_000)
  expect(suite.left(null)[0]?.ms).toBe(50_000)
  await suite.next(take(56_000))
  // 30 s were planned, 60 s were taken
  expect(suite.left(null)[0]).toMatchObject({ part: '2 of 3', ms: 60_000 })
  expect(suiteOf('suite', [{ minS: 1, maxS: 2 }]).left(null)).toEqual([])
  expect(suiteOf('demo', [fixed, fixed]).left(null)).toEqual([{ of: 'demo', part: '1 of 2', ms: 4000, kind: 'about' }])
})
const fixed = { minS: 2, maxS: 2 }

test('a suite has never less left than the run that goes on: a long calibration takes nothing off it', async () => {
  let nowMs = 0
  const suite = suiteOf('suite', [fixed, fixed], { nowMs: () => nowMs })
  await suite.next(async () => {
    nowMs += 30_000
    expect(suite.left(1500)[0]?.ms).toBe(3500)
  })
})

test('a sweep that looks for its knee counts the loads beyond its plan; a tuning goes on where it was', async () => {
  const nowMs = () => 0
  const sweep = suiteOf('sweep', [fixed, fixed], { may: 'grow', nowMs })
  for (let load = 0; load < 3; load += 1) await sweep.next(async () => undefined)
  expect(sweep.left(null).map(leftText)).toEqual(['sweep (3 of 3 or more) about 0 s'])
  const tuning = suiteOf('tuning', [fixed, fixed, fixed, fixed], { may: 'end-early', done: 2, nowMs })
  await tuning.next(async () => {
    expect(tuning.left(null).map(leftText)).toEqual(['tuning (3 of 4) at most 4 s'])
  })
})

test('the plan of a file has the calibrations before its runs, and each run of a sweep has its own', () => {
  const common = { name: 'chat', title: 'Chat', kind: 'text', model: 'llama-3.1-8b-instruct-fp8' }
  const lengths = { prompt: { tokens: 64 }, output: { tokens: 32 }, trial }
  const maxS = (load: object, calibrates: boolean) =>
    timeOfFile(scenarioFileSchema.parse({ ...common, ...lengths, load }), { trials: 3, calibrates }).maxS
  const one = { shape: 'closed', concurrency: 1 }
  expect(maxS(one, true) - maxS(one, false)).toBe(calibrationSeconds(60))
  expect(maxS({ shape: 'sweep', concurrency: [1, 2] }, true)).toBe(2 * maxS(one, true))
})

test('seconds up to two minutes, then whole minutes, rounded up', () => {
  const text = (ms: number) => leftText({ of: 'trial', ms, kind: 'exact' })
  expect([0, 1, 59_001, 119_000, 120_001, 3_600_001].map(text)).toEqual([
    'trial 0 s',
    'trial 1 s',
    'trial 1 min',
    'trial 1 min 59 s',
    'trial 3 min',
    'trial 1 h 1 min',
  ])
})
