import { describe, expect, test } from 'vitest'
import { later, makeComparedRun } from '../testing/compare-builder.ts'
import { compareRuns } from './comparison.ts'

const before = makeComparedRun({ driver: '580.95' })

describe('verdicts', () => {
  test('a driver that costs 5 % is a regression, and the driver is what differs', () => {
    const comparison = compareRuns([before], [later({ speed: 0.95, driver: '590.44' })])
    expect(comparison.verdict).toBe('regressed')
    expect(comparison.differences).toEqual([
      { field: 'gpus.driver', label: 'Driver', baseline: '580.95', candidate: '590.44' },
    ])
    expect(comparison.objections).toEqual([])
  })

  test('the same driver twice is equivalent, and nothing differs', () => {
    const comparison = compareRuns([before], [later({ driver: '580.95' })])
    expect(comparison).toMatchObject({ verdict: 'equivalent', differences: [], simulated: false })
  })

  test('one scenario that is worse makes the whole comparison so', () => {
    const both = (speed: number, of: typeof later) => [of({ scenario: 'a' }), of({ scenario: 'b', speed })]
    const comparison = compareRuns(both(1, makeComparedRun), both(0.9, later))
    expect(comparison.scenarios.map(({ verdict }) => verdict)).toEqual(['equivalent', 'regressed'])
    expect(comparison.verdict).toBe('regressed')
  })

  test('several runs of a scenario are several starts of its server', () => {
    const starts = (of: typeof later) => [1, 1.002, 0.998].map((speed, day) => of({ speed, startedAt: at(of, day) }))
    const at = (of: typeof later, day: number) =>
      of === later ? `2026-12-0${day + 1}T10:00:00Z` : `2026-11-0${day + 1}T10:00:00Z`
    const [scenario] = compareRuns(starts(makeComparedRun), starts(later)).scenarios
    expect(scenario).toMatchObject({ verdict: 'equivalent' })
    expect(scenario!.metrics[0]!.baseline).toEqual({ mean: expect.closeTo(1000, 0), trials: 9, runs: 3 })
  })

  test('a single trial leaves everything open', () => {
    expect(compareRuns([before], [later({ trials: 1 })]).verdict).toBe('inconclusive')
  })
})

describe('what must not be compared', () => {
  test.each([
    ['another card', { card: 'rtx-pro-6000' }, 'different cards: rtx-4090, rtx-pro-6000'],
    ['another version of the scenario', { sha: 'other' }, 'the scenario is not the same'],
    ['simulated with live', { source: 'simulated' as const }, 'simulated runs with live ones'],
  ])('%s', (_, over, why) => {
    expect(compareRuns([before], [later(over)]).objections.join()).toContain(why)
  })

  test('a run with itself', () => {
    expect(compareRuns([before], [before]).objections.join()).toContain('the same run on both sides')
  })

  test('is said in the warnings of its scenario when forced', () => {
    const [scenario] = compareRuns([before], [later({ card: 'rtx-5090' })]).scenarios
    expect(scenario!.warnings[0]).toContain('MUST NOT BE COMPARED, forced')
  })

  test('simulated with simulated may be, and is stamped', () => {
    const source = 'simulated' as const
    const comparison = compareRuns([makeComparedRun({ source })], [later({ source })])
    expect(comparison).toMatchObject({ simulated: true, objections: [], verdict: 'equivalent' })
  })
})

describe('pairs', () => {
  test('cards are kept apart, what has no partner is named, what failed is left out', () => {
    const cards = (of: typeof later) => [of({ card: 'rtx-4090' }), of({ card: 'rtx-5090' })]
    const comparison = compareRuns(
      [...cards(makeComparedRun), makeComparedRun({ scenario: 'old' })],
      [...cards(later), later({ scenario: 'new' }), later({ status: 'failed' })],
    )
    expect(comparison.scenarios.map(({ card }) => card)).toEqual(['rtx-4090', 'rtx-5090'])
    expect(comparison.notes).toEqual([
      expect.stringContaining('is failed: left out'),
      'old: only in the baseline, not compared',
      'new: only in the candidate, not compared',
    ])
  })

  test('nothing in common is no comparison', () => {
    expect(compareRuns([before], [later({ scenario: 'new' })]).scenarios).toEqual([])
  })
})

test('drift and failed gates of either side are named, with the cold and the soaked figure', () => {
  const gates = [{ id: 'client-headroom', status: 'fail' as const, required: true, evidence: '9 ms' }]
  const [scenario] = compareRuns([before], [later({ findings: ['trial 2 drifts'], gates })]).scenarios
  expect(scenario!.warnings.map((warning) => warning.replace(/^candidate \S+: /, ''))).toEqual([
    'trial 2 drifts',
    'cold burst 1050.0 tokens/s, soaked 1000.0 tokens/s',
    'gate client-headroom failed: 9 ms',
  ])
})

test('every field about box and server is compared, a new one under its own path', () => {
  const after = later({ version: '0.12.0', uuid: 'GPU-x', powerLimitW: 400 })
  const more = { ...after, endpoint: { ...after.endpoint, flags: { enforceEager: true } } } as typeof after
  const { differences } = compareRuns([before], [more])
  expect(differences.map(({ field }) => field)).toEqual([
    'gpus.driver',
    'gpus.powerLimitW',
    'gpus.uuid',
    'endpoint.version',
    'endpoint.flags.enforceEager',
  ])
})
