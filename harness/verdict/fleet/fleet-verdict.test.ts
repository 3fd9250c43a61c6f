import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../plan/random.ts'
import { normal } from '../../testing/noise-stream.ts'
import type { FleetCell } from './fleet-values.ts'
import { judgeFleet } from './fleet-verdict.ts'

interface Spec {
  readonly boxes?: number
  readonly starts?: number
  readonly fleetLoss?: number
  readonly losses?: Readonly<Record<number, number>>
  readonly cardsPerBox?: number
  readonly seed?: number
}

/** A fleet with one scenario and its throughput: starts 0.3 % apart, trials 0.5 %, cards 1 %. */
function fleet({
  boxes = 40,
  starts = 3,
  fleetLoss = 0,
  losses = {},
  cardsPerBox = 1,
  seed = 1,
}: Spec = {}): FleetCell[] {
  const random = seededRandom(seed)
  const side = (level: number) => ({
    outputTokensPerS: Array.from({ length: starts }, () => {
      const start = level * (1 + 0.003 * normal(random))
      return Array.from({ length: 3 }, () => start * (1 + 0.005 * normal(random)))
    }),
  })
  return Array.from({ length: boxes * cardsPerBox }, (_, at) => {
    const level = 1900 * (1 + 0.01 * normal(random))
    const loss = (1 - fleetLoss) * (1 - (losses[at] ?? 0))
    return {
      unit: `GPU-${at}`,
      box: `box-${Math.floor(at / cardsPerBox)}`,
      group: 'batch32 on rtx-4090',
      baseline: side(level),
      candidate: side(level * loss),
      inFleet: true,
    }
  })
}

const throughput = (cells: readonly FleetCell[]) => judgeFleet(cells).groups[0]!.metrics[0]!

describe('the fleet as a whole', () => {
  test('2 % on every box is a regression of the fleet that no box shows by itself', () => {
    const { groups, cells } = judgeFleet(fleet({ fleetLoss: 0.02 }))
    const [metric] = groups[0]!.metrics
    expect(metric!.verdict).toBe('regressed')
    expect(metric!.change!.value).toBeCloseTo(-0.02, 2)
    expect(metric!.reason).toContain('over 40 servers')
    expect(cells.flat().filter(({ verdict }) => verdict === 'regressed')).toEqual([])
  })

  test('equal sides are equivalent within 1 %', () => {
    expect(throughput(fleet()).verdict).toBe('equivalent')
  })

  test('a box that lost 60 % is named, and neither hides nor makes a change of the fleet', () => {
    const { groups, cells } = judgeFleet(fleet({ losses: { 7: 0.6 } }))
    expect(groups[0]!.metrics[0]!.verdict).toBe('equivalent')
    expect(cells[7]![0]!.verdict).toBe('regressed')
    expect(throughput(fleet({ fleetLoss: 0.02, losses: { 7: 0.6 } })).verdict).toBe('regressed')
  })

  test('cards of one machine are not taken for independent boxes', () => {
    const cards = throughput(fleet({ boxes: 5, cardsPerBox: 8 }))
    expect([cards.boxes, cards.units]).toEqual([5, 40])
    const apart = throughput(fleet({ boxes: 40 }))
    const width = ({ change }: typeof cards) => change!.ci95[1] - change!.ci95[0]
    expect(width(cards)).toBeGreaterThan(width(apart))
  })

  test('one box has no spread between boxes, and says so', () => {
    expect(throughput(fleet({ boxes: 1 }))).toMatchObject({
      change: null,
      verdict: 'inconclusive',
      reason: expect.stringContaining('one server'),
    })
  })

  test('a card that did not have the change is judged by itself only', () => {
    const cells = fleet({ fleetLoss: 0.02 }).map((cell, at) => ({ ...cell, inFleet: at > 3 }))
    expect(throughput(cells).boxes).toBe(36)
    expect(judgeFleet(cells).cells).toHaveLength(40)
  })

  test('the parts of the spread are found by moments', () => {
    const { starts, trials, boxes } = throughput(fleet()).spreads
    expect(starts! * 100).toBeCloseTo(0.3, 0)
    expect(trials! * 100).toBeCloseTo(0.5, 1)
    expect(boxes!).toBeLessThan(0.003)
  })
})

describe('one card against its own baseline', () => {
  test('6 % on one of forty is named, the others are not', () => {
    const { cells } = judgeFleet(fleet({ losses: { 3: 0.06 } }))
    expect(cells.flatMap(([metric], at) => (metric!.verdict === 'regressed' ? [at] : []))).toEqual([3])
    expect(cells[3]![0]!.reason).toContain('against its own baseline')
  })

  test('with one start per side the spread comes from the other cards, and is never narrower than its trials', () => {
    const { cells } = judgeFleet(fleet({ starts: 1, losses: { 3: 0.08 } }))
    expect(cells[3]![0]!.verdict).toBe('regressed')
    expect(cells[3]![0]!.reason).toContain('of one start per side')
    const odd = fleet({ starts: 1 })
    const [start] = odd[0]!.candidate.outputTokensPerS!
    const jumped = { outputTokensPerS: [[...start!.slice(0, 2), start![2]! * 0.6]] }
    expect(judgeFleet(odd.with(0, { ...odd[0]!, candidate: jumped })).cells[0]![0]!.verdict).toBe('inconclusive')
  })

  test('two boxes of one start rest on a bound: never equivalent', () => {
    const { cells } = judgeFleet(fleet({ boxes: 2, starts: 1 }))
    expect(cells.flat().map(({ verdict }) => verdict)).toEqual(['inconclusive', 'inconclusive'])
  })

  test('what was not measured is a row with its reason, and takes no part in the fleet', () => {
    const cells = fleet({ boxes: 9 })
    const lost = { ...cells[0]!, candidate: { outputTokensPerS: [[1900, null, 1901]] } }
    const none = { ...cells[1]!, baseline: {} }
    const zero = { ...cells[2]!, baseline: { outputTokensPerS: [[0, 0, 0]] } }
    const verdict = judgeFleet([lost, none, zero, ...cells.slice(3)])
    expect(verdict.cells.slice(0, 3).map(([metric]) => metric!.reason)).toEqual([
      'candidate: not measured in 1 of 3 trials',
      'baseline: no trials',
      'baseline: no ratio, because a value is not above 0',
    ])
    expect(verdict.groups[0]!.metrics[0]!.boxes).toBe(6)
  })
})

test('an empty fleet has no groups', () => {
  expect(judgeFleet([])).toEqual({ groups: [], cells: [] })
})

test('the order of the cells and the unit of the metric change nothing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0.01, max: 100, noNaN: true }), (seed, scale) => {
      const cells = fleet({ boxes: 9, fleetLoss: 0.01, losses: { 4: 0.08 }, seed })
      const scaled = (side: FleetCell['baseline']) => ({
        outputTokensPerS: side.outputTokensPerS!.map((start) => start.map((value) => value! * scale)),
      })
      const turned = cells
        .toReversed()
        .map((cell) => ({ ...cell, baseline: scaled(cell.baseline), candidate: scaled(cell.candidate) }))
      const [one, other] = [judgeFleet(cells), judgeFleet(turned)]
      const [a, b] = [one.groups[0]!.metrics[0]!, other.groups[0]!.metrics[0]!]
      expect(b.change!.value).toBeCloseTo(a.change!.value, 9)
      expect(b.verdict).toBe(a.verdict)
      expect(other.cells.toReversed().map(([metric]) => metric!.verdict)).toEqual(
        one.cells.map(([metric]) => metric!.verdict),
      )
    }),
    { numRuns: 20 },
  )
})
