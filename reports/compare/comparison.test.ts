import { describe, expect, test } from 'vitest'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { settingAt } from '../../harness/testing/setting-builder.ts'
import { later, makeComparedRun, threeLater, threeStarts } from '../testing/compare-builder.ts'
import { compareRuns } from './comparison.ts'
import { outcomeOf } from './outcome.ts'

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
    const comparison = compareRuns(threeStarts({ driver: '580.95' }), threeLater({ driver: '580.95' }))
    expect(comparison).toMatchObject({ verdict: 'equivalent', differences: [], simulated: false })
  })

  test('one scenario that is worse makes the whole comparison so', () => {
    const both = (speed: number, of: typeof threeLater) => [...of({ scenario: 'a' }), ...of({ scenario: 'b', speed })]
    const comparison = compareRuns(both(1, threeStarts), both(0.9, threeLater))
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
    ['another version of the scenario', { sha: 'other' }, 'the scenario differs between the sides'],
    ['simulated with live', { source: 'simulated' as const }, 'simulated runs against live runs'],
  ])('%s', (_, over, why) => {
    expect(compareRuns([before], [later(over)]).objections.join()).toContain(why)
  })

  test('a run with itself', () => {
    expect(compareRuns([before], [before]).objections.join()).toContain('the same run on both sides')
  })

  test('is said in the warnings of its scenario when forced', () => {
    const [scenario] = compareRuns([before], [later({ card: 'rtx-5090' })]).scenarios
    expect(scenario!.warnings[0]).toContain('NOT COMPARABLE, comparison forced')
  })

  test('simulated with simulated may be, and is stamped', () => {
    const source = 'simulated' as const
    const comparison = compareRuns(threeStarts({ source }), threeLater({ source }))
    expect(comparison).toMatchObject({ simulated: true, objections: [], verdict: 'equivalent' })
  })
})

describe('cards side by side', () => {
  /** As measured while a second card of the box was under load. */
  const beside = (run: RunRecord): RunRecord => {
    const cards = [...run.gpus.map(({ uuid }) => uuid), 'GPU-beside']
    return { ...run, id: `${run.id}-2`, box: { part: 'together', cards, underLoad: cards } }
  }

  test('are not compared with a card alone', () => {
    const comparison = compareRuns([before], [beside(later({}))])
    expect(comparison.objections.join()).toContain(
      'one side was measured alone, the other while other cards of the server were under load',
    )
    expect(comparison.differences).toContainEqual({
      field: 'gpus.loadedBeside',
      label: 'Other cards under load beside it',
      baseline: '0',
      candidate: '1',
    })
  })

  test('are paired with their like where a side has both', () => {
    const both = (runs: readonly RunRecord[], slower: readonly RunRecord[]) => [...runs, ...slower.map(beside)]
    const baseline = both(threeStarts({}), threeStarts({ speed: 0.8 }))
    const comparison = compareRuns(baseline, both(threeLater({}), threeLater({ speed: 0.8 })))
    expect(comparison).toMatchObject({ objections: [], verdict: 'equivalent' })
    expect(comparison.scenarios).toHaveLength(2)
    expect(comparison.scenarios.map(({ card }) => card)).toEqual(['rtx-4090', 'rtx-4090, others under load'])
    const half = compareRuns(baseline, threeLater({}))
    expect(half.scenarios).toHaveLength(1)
    expect(half.notes.join()).toContain('measured with other cards under load only in the baseline, not compared')
  })
})

describe('points of a tuning', () => {
  /** As measured at a limit that `tune` set. */
  const tuned = (limitW: number, run: RunRecord): RunRecord => ({
    ...run,
    id: `${run.id}-${limitW}`,
    gpus: run.gpus.map((gpu) => ({ ...gpu, powerLimitW: limitW })),
    setting: settingAt(limitW),
  })

  test('are not compared with the card as it was found, nor with another point', () => {
    const why = 'measured at different settings'
    expect(compareRuns([before], [tuned(300, later({}))]).objections.join()).toContain(
      `${why}: the card as it was found, 300 W`,
    )
    expect(compareRuns([tuned(250, before)], [tuned(300, later({}))]).objections.join()).toContain(
      `${why}: 250 W, 300 W`,
    )
  })

  test('are compared with the same point, and with a card that keeps the same limit', () => {
    const points = (runs: readonly RunRecord[], limitW: number) => runs.map((run) => tuned(limitW, run))
    const both = (of: typeof threeLater) => [...points(of({}), 250), ...points(of({ speed: 1.1 }), 300)]
    const comparison = compareRuns([...both(threeStarts), ...threeStarts({ speed: 1.2 })], both(threeLater))
    expect(comparison).toMatchObject({ objections: [], verdict: 'equivalent' })
    expect(comparison.scenarios.map(({ card }) => card)).toEqual(['rtx-4090 at 250 W', 'rtx-4090 at 300 W'])
    expect(comparison.notes.join()).toContain(
      'measured with the card as it was found only in the baseline, not compared',
    )
    const kept = threeLater({}).map((run) => ({ ...run, gpus: run.gpus.map((gpu) => ({ ...gpu, powerLimitW: 300 })) }))
    expect(compareRuns(points(threeStarts({}), 300), kept)).toMatchObject({ objections: [], verdict: 'equivalent' })
  })

  test('at a locked clock are a side of their own', () => {
    const locked = (run: RunRecord): RunRecord => ({ ...run, setting: settingAt(null, { clockMHz: 1500 }) })
    const comparison = compareRuns([before], [locked(later({}))])
    expect(comparison.objections.join()).toContain('the card as it was found, SM clock 1500 MHz')
    expect(comparison.differences).toContainEqual({
      field: 'setting.smClockMHz',
      label: 'Locked SM clock (MHz)',
      baseline: 'unknown',
      candidate: '1500',
    })
  })
})

describe('pairs', () => {
  test('cards are kept apart, what has no partner is named, what failed is skipped', () => {
    const cards = (of: typeof later) => [of({ card: 'rtx-4090' }), of({ card: 'rtx-5090' })]
    const comparison = compareRuns(
      [...cards(makeComparedRun), makeComparedRun({ scenario: 'old' })],
      [...cards(later), later({ scenario: 'new' }), later({ status: 'failed' })],
    )
    expect(comparison.scenarios.map(({ card }) => card)).toEqual(['rtx-4090', 'rtx-5090'])
    expect(comparison.notes).toEqual([
      expect.stringContaining(': skipped (failed)'),
      'old: only in the baseline, not compared',
      'new: only in the candidate, not compared',
    ])
  })

  test('each card of a server is compared with itself', () => {
    const ofCards = (of: typeof threeLater, speeds: readonly number[]) =>
      speeds.flatMap((speed, at) => of({ uuid: `GPU-${at}`, speed }).map((run) => ({ ...run, id: `${run.id}-${at}` })))
    const comparison = compareRuns(ofCards(threeStarts, [1, 1, 1]), ofCards(threeLater, [1, 0.9]))
    expect(comparison.objections).toEqual([])
    expect(comparison.scenarios.map(({ card, verdict }) => [card, verdict])).toEqual([
      ['rtx-4090 GPU-0', 'equivalent'],
      ['rtx-4090 GPU-1', 'regressed'],
    ])
    expect(comparison.notes).toContain('llama-3.1-8b-fp8-batch32: GPU-2 only in the baseline, not compared')
    // another card in the same slot is what the user asked about
    const swapped = compareRuns(ofCards(threeStarts, [1]), threeLater({ uuid: 'GPU-new' }))
    expect(swapped.scenarios).toHaveLength(1)
  })

  test('nothing in common is no comparison', () => {
    expect(compareRuns([before], [later({ scenario: 'new' })]).scenarios).toEqual([])
  })
})

describe('starts of the server', () => {
  /** Starts whose levels are apart, each with trials that hardly differ. */
  const starts = (speeds: readonly number[], month: number, over: Parameters<typeof later>[0] = {}) =>
    speeds.map((speed, at) =>
      makeComparedRun({
        speed,
        trials: 10,
        startedAt: `2026-${month}-0${at + 1}T10:00:00Z`,
        more: { serverStart: { number: at + 1, of: speeds.length } },
        ...over,
      }),
    )
  const halfOf = (before: readonly number[], after: readonly number[]) => {
    const [scenario] = compareRuns(starts(before, 11), starts(after, 12)).scenarios
    const { relative, baseline } = scenario!.metrics[0]!
    return { half: (relative!.ci95[1] - relative!.ci95[0]) / 2, baseline, verdict: scenario!.verdict }
  }

  test('the interval comes from the spread between starts, not from their many trials', () => {
    const apart = [0.98, 1, 1.02]
    const { half, baseline, verdict } = halfOf(apart, apart)
    expect(baseline).toEqual({ mean: expect.closeTo(1000, 0), trials: 30, runs: 3 })
    // s = 2 % a start, 3 starts a side, 4 degrees: 2.776 * 2 % * sqrt(2/3)
    expect(half).toBeCloseTo(2.776 * 0.02 * Math.sqrt(2 / 3), 3)
    expect(verdict).toBe('inconclusive')
  })

  test('two starts that are far apart are no certainty either, however many trials they had', () => {
    expect(halfOf([0.97, 1.03], [0.97, 1.03])).toMatchObject({ verdict: 'inconclusive' })
    expect(halfOf([0.97, 1.03], [0.97, 1.03]).half).toBeGreaterThan(0.05)
  })

  test('what changed between the runs of one side would pass for such a spread: it is refused', () => {
    const before = [makeComparedRun({ driver: '580.95' }), later({ driver: '590.44' })]
    const { objections } = compareRuns(before, [makeComparedRun({ startedAt: '2026-12-01T10:00:00Z' })])
    expect(objections.join()).toContain(
      'the runs of the baseline were not measured on one host and server (Driver: 580.95 / 590.44)',
    )
  })

  test('two GPUs that serve together are one box', () => {
    const pair = (of: typeof later, month: number) =>
      [1, 2].map((day) => of({ gpus: 2, startedAt: `2026-${month}-0${day}T10:00:00Z` }))
    expect(compareRuns(pair(makeComparedRun, 11), pair(later, 12)).objections).toEqual([])
  })
})

describe('what stands on top', () => {
  const print = (over: object = {}, sha = 'a') => ({
    fingerprint: {
      driver: { version: '580.95', kernelModule: '580.95', nvml: '580.95', cuda: '13.0', fieldsSha256: 'f'.repeat(64) },
      cards: [{ uuid: 'GPU-0', compute_mode: 'Default', 'clocks.applications.graphics': '2520', ...over }],
      containerImage: null,
      driverStateSha256: sha.repeat(64),
    },
  })
  const base = makeComparedRun({ more: print() })
  const labelsOf = (after: RunRecord) => compareRuns([base], [after]).differences.map(({ label }) => label)
  const withGpu = (over: object) => {
    const run = later({ more: print() })
    return { ...run, gpus: run.gpus.map((gpu) => ({ ...gpu, ...over })) }
  }
  const withServer = (over: object) => {
    const run = later({ more: print() })
    return { ...run, endpoint: { ...run.endpoint, ...over } }
  }
  const serving = (over: object) => ({
    metricNames: 'vllm' as const,
    kvCapacityTokens: null,
    kvMaxConcurrency: null,
    kvBlockTokens: null,
    kvCacheDtype: 'auto',
    prefixCaching: true,
    gpuMemoryUtilization: 0.9,
    speculation: false,
    quantization: null,
    tensorParallel: 1,
    reasons: {},
    ...over,
  })

  const started = (over: NonNullable<RunRecord['serverStart']>) => ({ ...later({ more: print() }), serverStart: over })
  const start = { number: 1, of: 1, image: { id: null, digest: `sha256:${'a'.repeat(64)}` } }

  test.each([
    ['image of the server', started(start), 'Image of the server (digest)'],
    ['container engine', started({ number: 1, of: 1, engine: 'podman' }), 'Container engine'],
    [
      'words for the engine',
      started({ number: 1, of: 1, engineArgs: ['--cpuset-cpus', '0-3'] }),
      'Words for the container engine',
    ],
    ['driver', withGpu({ driver: '590.44' }), 'Driver'],
    ['VBIOS', withGpu({ vbios: '95.02' }), 'VBIOS'],
    ['power limit', withGpu({ powerLimitW: 400 }), 'Power limit (W)'],
    ['vLLM version', withServer({ version: '0.12.0' }), 'Engine version'],
    ['model and its revision', withServer({ modelRoot: '/hub/models--a--b/snapshots/0a1b' }), 'Model'],
    ['context', withServer({ maxModelLen: 8192 }), 'Context length (tokens)'],
    ['a flag of vLLM', withServer({ serving: serving({ kvCacheDtype: 'fp8_e4m3' }) }), 'KV cache dtype'],
    ['compute mode', later({ more: print({ compute_mode: 'Exclusive_Process' }, 'b') }), 'Compute mode'],
    ['state of the driver', later({ more: print({}, 'b') }), 'Driver state (SHA-256)'],
    ['scenario', later({ more: print(), sha: 'another-scenario' }), 'Scenario (SHA-256)'],
  ])('%s', (_, after, label) => {
    expect(labelsOf(after)).toContain(label)
  })

  test('how long the phases of a start took is no difference', () => {
    const before = started({ ...start, phases: [{ phase: 'load', seconds: 10 }] })
    const after = started({ ...start, phases: [{ phase: 'load', seconds: 70 }] })
    expect(compareRuns([before], [after]).differences).toEqual([])
  })

  test('nothing, of the same box twice', () => {
    expect(labelsOf(later({ more: print() }))).toEqual([])
  })

  test('why a server does not tell something is no difference of it', () => {
    const before = { ...base, endpoint: { ...base.endpoint, serving: serving({ reasons: { a: 'not told' } }) } }
    expect(compareRuns([before], [withServer({ serving: serving({}) })]).differences).toEqual([])
  })

  test('a record of before there were fingerprints is one line, not one a field', () => {
    expect(labelsOf(later())).toEqual(['Driver state (SHA-256)'])
    expect(compareRuns([base], [later()]).differences[0]).toMatchObject({
      baseline: 'aaaaaaaaaaaa',
      candidate: 'unknown',
    })
  })
})

describe('a scenario whose required gates failed on either side', () => {
  const gate = (id: string) => [{ id, status: 'fail' as const, required: true, evidence: '9 ms' }]

  test.each([
    ['the candidate', {}, { gates: gate('client-headroom') }],
    ['the baseline', { gates: gate('client-headroom') }, {}],
  ])('is not judged, however clear its numbers are: %s', (side, baseline, candidate) => {
    const comparison = compareRuns(threeStarts(baseline), threeLater({ speed: 0.9, ...candidate }))
    expect(comparison.verdict).toBe('inconclusive')
    expect(outcomeOf(comparison)).toBe('not-comparable')
    expect(comparison.notJudged[0]).toContain(`the required gate client-headroom failed in ${side}`)
    const [metric] = comparison.scenarios[0]!.metrics
    expect(metric).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('not judged'),
      settling: null,
    })
    expect(metric!.relative!.value).toBeCloseTo(-0.1, 3)
  })

  test('does not hide the regression of another one, and has no part in its tests', () => {
    const before = [...threeStarts({ scenario: 'a' }), ...threeStarts({ scenario: 'b' })]
    const after = [
      ...threeLater({ scenario: 'a', gates: gate('token-audit') }),
      ...threeLater({ scenario: 'b', speed: 0.95 }),
    ]
    const comparison = compareRuns(before, after)
    expect(outcomeOf(comparison)).toBe('regressed')
    const alone = compareRuns(threeStarts({ scenario: 'b' }), threeLater({ scenario: 'b', speed: 0.95 }))
    expect(comparison.scenarios[1]!.metrics).toEqual(alone.scenarios[0]!.metrics)
  })

  test.each(['throttle', 'precision', 'live-source'])('%s does not stand in the way', (id) => {
    expect(compareRuns(threeStarts(), threeLater({ gates: gate(id) })).notJudged).toEqual([])
  })
})

describe('starts of the server per side', () => {
  test('one is said in the caveat, with the side', () => {
    const text = 'the level of a start is not separated from the change'
    expect(compareRuns([before], [later()])).toMatchObject({
      verdict: 'inconclusive',
      caveat: `one start per side: ${text}`,
    })
    expect(compareRuns(threeStarts(), [later()]).caveat).toBe(`one start of the candidate: ${text}`)
    expect(compareRuns(threeStarts(), threeLater()).caveat).toBeNull()
  })

  test('runs of one server process are one start, however many there are', () => {
    const onOne = (runs: readonly RunRecord[], startedAtS: (at: number) => number) =>
      runs.map((run, at) => ({ ...run, endpoint: { ...run.endpoint, startedAtS: startedAtS(at) } }))
    const same = compareRuns(
      threeStarts(),
      onOne(threeLater(), () => 1_700_000_000),
    )
    expect(same.caveat).toContain('one start of the candidate')
    expect(same.scenarios[0]!.metrics[0]!.candidate).toMatchObject({ runs: 1, trials: 9 })
    const restarted = compareRuns(
      threeStarts(),
      onOne(threeLater(), (at) => 1_700_000_000 + 600 * at),
    )
    expect(restarted).toMatchObject({ caveat: null, verdict: 'equivalent' })
  })

  test('what earlier baselines showed of this server counts', () => {
    const halfOf = (past: RunRecord[][]) => {
      const [metric] = compareRuns([before], [later()], { past }).scenarios[0]!.metrics
      return (metric!.relative!.ci95[1] - metric!.relative!.ci95[0]) / 2
    }
    const far = [0.97, 1, 1.03].map((speed, at) =>
      makeComparedRun({ speed, startedAt: `2026-10-0${at + 1}T10:00:00Z` }),
    )
    expect(halfOf([far])).toBeGreaterThan(3 * halfOf([]))
    expect(halfOf([far.slice(0, 2)])).toBe(halfOf([]))
  })
})

test('drift and failed gates of either side are named, with cold-start and sustained throughput', () => {
  const gates = [{ id: 'client-headroom', status: 'fail' as const, required: true, evidence: '9 ms' }]
  const [scenario] = compareRuns([before], [later({ findings: ['trial 2 drifts'], gates })]).scenarios
  expect(scenario!.warnings.map((warning) => warning.replace(/^candidate \S+: /, ''))).toEqual([
    'trial 2 drifts',
    'cold-start throughput 1050.0 tokens/s, sustained throughput 1000.0 tokens/s',
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
