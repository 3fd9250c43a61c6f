import { describe, expect, test } from 'vitest'
import { hostOf, makeFleet, uuidOf } from '../testing/fleet-builder.ts'
import { unitsOf } from './boxes.ts'
import { compareFleet } from './fleet-comparison.ts'
import { comparisonHeatMap } from './heat/heat-map.ts'
import { fleetOutcome, fleetSentence, unitCounts } from './outcome.ts'

type Spec = Parameters<typeof makeFleet>[0]
const compared = (spec: Spec) => {
  const { baseline, candidate } = makeFleet(spec)
  return compareFleet(baseline, candidate, {})
}
const cellOf = (comparison: ReturnType<typeof compared>, box: number) =>
  comparison.cells.find(({ unit }) => unit === uuidOf(box))!

describe('boxes of one card', () => {
  test('are paired by UUID, and a loss of 2 % on all of them is the answer', () => {
    const comparison = compared({ fleetLoss: 0.02 })
    expect(comparison.units).toHaveLength(10)
    expect(fleetOutcome(comparison)).toBe('regressed')
    expect(unitCounts(comparison).regressed).toEqual([])
    expect(fleetSentence(comparison)).toMatch(
      /^After driver 580\.65 to 590\.10: the fleet is slower: -\d\.\d\d? % in Output throughput \(95 %: .* on 10 servers/,
    )
  })

  test('without a loss the outcome is equivalent, and one sick box is named by host and UUID', () => {
    expect(fleetOutcome(compared({}))).toBe('equivalent')
    const sick = compared({ losses: { 3: 0.06 } })
    expect(fleetOutcome(sick)).toBe('regressed')
    expect(sick.groups[0]!.verdict).not.toBe('regressed')
    expect(unitCounts(sick).regressed).toEqual([`${hostOf(3)} ${uuidOf(3).slice(0, 12)}`])
    expect(
      comparisonHeatMap(sick)
        .rows.map(({ name }) => name)
        .slice(0, 2),
    ).toEqual(['The fleet', `${hostOf(3)} ${uuidOf(3).slice(0, 12)}`])
  })

  test('a box below its siblings before and after has not regressed, and is named', () => {
    const comparison = compared({ odd: (box) => (box === 4 ? { speed: 0.85 } : undefined) })
    expect(fleetOutcome(comparison)).toBe('equivalent')
    expect(unitCounts(comparison).lowBefore).toHaveLength(1)
    expect(comparisonHeatMap(comparison).rows[1]!.cells[0]!.symbol).toContain('↓')
  })
})

describe('what cannot be judged is a row with its reason', () => {
  test.each([
    [
      'lost',
      (box: number, side: string) => (box === 0 && side === 'candidate' ? null : undefined),
      'lost: not measured after the change',
    ],
    [
      'without a baseline',
      (box: number, side: string) => (box === 0 && side === 'baseline' ? null : undefined),
      'no baseline',
    ],
    [
      'failed after the change',
      (box: number, side: string) =>
        box === 0 && side === 'candidate' ? { status: 'failed' as const, failure: 'the server ended' } : undefined,
      'lost: failed, the server ended after the change',
    ],
    [
      'a required gate failed',
      (box: number, side: string) =>
        box === 0 && side === 'candidate'
          ? { gates: [{ id: 'token-audit', status: 'fail' as const, required: true, evidence: '2 %' }] }
          : undefined,
      'the required gate token-audit failed in 3 runs of the candidate',
    ],
    [
      'another scenario',
      (box: number, side: string) => (box === 0 && side === 'candidate' ? { sha: 'another' } : undefined),
      'the scenario differs between the sides',
    ],
  ])('%s', (_name, odd, reason) => {
    const comparison = compared({ odd })
    expect(cellOf(comparison, 0)).toMatchObject({
      kind: 'not-judged',
      verdict: null,
      reason: expect.stringContaining(reason),
    })
    expect(fleetOutcome(comparison)).toBe('not-comparable')
    expect(comparison.groups[0]!.metrics[0]!.boxes).toBe(9)
    expect(fleetSentence(comparison)).toContain(`Not judged in at least one of 1 scenario: ${hostOf(0)}`)
  })

  test('on every unit, the sentence says why, and "on both sides" only where that is so', () => {
    const gates = [{ id: 'client-headroom', status: 'fail' as const, required: true, evidence: '31 %' }]
    const failed = compared({ boxes: 1, odd: (_, side) => (side === 'candidate' ? { gates } : undefined) })
    expect(fleetSentence(failed)).toMatch(
      /^1 unit could not be judged: the required gate client-headroom failed in 3 runs of the candidate\. Not judged in/,
    )
    expect(fleetSentence(failed)).not.toContain('Nothing that is recorded changed')
    const lost = compared({ boxes: 2, odd: (_, side) => (side === 'candidate' ? null : undefined) })
    expect(fleetSentence(lost)).toMatch(/^No unit was measured on both sides, so nothing is judged\. /)
  })

  test('a host whose card was swapped says so on both of its rows', () => {
    const comparison = compared({
      odd: (box, side) => (box === 0 && side === 'candidate' ? { uuid: 'GPU-new' } : undefined),
    })
    const reasons = comparison.cells.flatMap(({ reason }) => reason ?? [])
    expect(reasons.join(' | ')).toContain('this host now has GPU-new')
    expect(reasons.join(' | ')).toContain(`this host had ${uuidOf(0)} before`)
  })
})

test('a box that did not get the driver is judged by itself, and is not in the figure of the fleet', () => {
  const comparison = compared({ fleetLoss: 0.02, odd: (box) => (box < 2 ? { driver: '580.65' } : undefined) })
  expect(cellOf(comparison, 1)).toMatchObject({
    kind: 'pair',
    inFleet: false,
    reason: expect.stringContaining('nothing changed'),
  })
  expect(comparison.groups[0]!.metrics[0]!.boxes).toBe(8)
})

test('a box of another card has a fleet of its own, of one box', () => {
  const comparison = compared({ odd: (box) => (box === 9 ? { card: 'rtx-5090' } : undefined) })
  expect(comparison.groups.map(({ card, metrics }) => [card, metrics[0]!.boxes])).toEqual([
    ['rtx-4090', 9],
    ['rtx-5090', 1],
  ])
  expect(comparison.groups[1]!.metrics[0]!.reason).toContain('one server')
})

test('simulated servers are no part of a live fleet, and no siblings', () => {
  const comparison = compared({ odd: (box) => (box >= 8 ? { source: 'simulated', speed: 0.5 } : undefined) })
  expect(comparison.groups.map(({ card, metrics }) => [card, metrics[0]!.boxes])).toEqual([
    ['rtx-4090', 8],
    ['rtx-4090 (SIMULATED)', 2],
  ])
  expect(comparison.low).toEqual([])
  expect(comparison.simulated).toBe(true)
})

test('cards of one host are one box; hosts whose name says nothing are told by their GPUs', () => {
  const { baseline } = makeFleet({ boxes: 4 })
  const named = (hostname: string) => baseline.map((run) => ({ ...run, host: { ...run.host, hostname } }))
  expect(new Set(unitsOf(named('big-box')).map(({ box }) => box)).size).toBe(1)
  expect(new Set(unitsOf(named('localhost')).map(({ box }) => box)).size).toBe(4)
  expect(new Set(unitsOf(baseline).map(({ name }) => name)).size).toBe(4)
})
