import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../harness/plan/random.ts'
import { normal } from '../../../harness/testing/noise-stream.ts'
import { type SimulatedCard, simulatedBox } from '../../testing/simulated-box.ts'
import type { BoxResult } from '../result/box-result.ts'
import { boxResult } from '../result/judge-box.ts'

const steady = { spread: 0, normal: () => 0 }
const judged = (cards: readonly SimulatedCard[], shared = steady): BoxResult => boxResult(simulatedBox(cards, shared))
const words = ({ cards }: BoxResult) => cards.map(({ verdict }) => verdict)
const good: SimulatedCard = {}

describe('a card that differs from its siblings', () => {
  test.each([2, 3, 4, 8])(
    'by 10 % less memory bandwidth is rejected and named, the others of %i are accepted',
    (cards) => {
      const result = judged([...new Array(cards - 1).fill(good), { memory: 0.9 }])
      expect(words(result)).toEqual([...new Array(cards - 1).fill('accepted'), 'rejected'])
      const [reason] = result.cards.at(-1)!.reasons
      expect(reason?.what).toMatch(
        /Memory bandwidth of a copy: 816 GB\/s, 10\.0 % worse than its siblings \(907; margin \d\.\d %\)/,
      )
      expect(reason?.cause).toBe('its memory: clocks, power limit and ECC mode are those of its siblings')
    },
  )

  test('in its clock under load is named with the heat that goes with it', () => {
    const hot = { clock: 0.9, temperatureC: 88 }
    const result = judged([good, good, hot, good])
    const [reason] = result.cards[2]!.reasons
    expect(reason).toMatchObject({
      what: expect.stringContaining('SM clock under load'),
      cause: 'cooling: 27 °C hotter than its siblings at 88 °C',
    })
    expect(result.cards[2]?.remarks).toContain('27 °C hotter than its siblings under load')
  })

  test('in a setting is explained by the setting', () => {
    const causes = (card: SimulatedCard) =>
      judged([good, { memory: 0.85, ...card }, good]).cards[1]!.reasons.map(({ cause }) => cause)
    expect(causes({ eccMode: 'Enabled' })[0]).toBe('ECC: enabled here, and not on all of its siblings')
    expect(causes({ powerLimitW: 300 })[0]).toMatch(/^power limit: 300 W here, 450 W on its siblings/)
    expect(causes({ memoryClock: 0.9 })[0]).toMatch(/^memory clock: \d+ MHz here, \d+ MHz on its siblings/)
  })

  test('by a narrower link is rejected for it; when all links are as narrow, none is', () => {
    const result = judged([good, { linkWidth: 8 }, good, good])
    expect(words(result)).toEqual(['accepted', 'rejected', 'accepted', 'accepted'])
    expect(result.cards[1]?.reasons).toMatchObject([{ what: 'PCIe link of width 8, 16 on a sibling' }])
    expect(judged([{ linkWidth: 8 }, { linkWidth: 8 }]).verdict).toBe('accepted')
  })

  test('for the better is no fault', () => {
    expect(judged([good, good, { level: 1.08 }, good]).verdict).toBe('accepted')
  })
})

describe('all cards at once', () => {
  test('a power supply that gives too little is named on every card that it brakes', () => {
    const braked = { beside: { level: 0.88, clock: 0.9, powerBrake: 0.4 } }
    const result = judged([braked, braked, braked, braked])
    expect(result.verdict).toBe('rejected')
    expect(result.reasons).toMatchObject([
      { what: 'every card is rejected for one cause', cause: expect.stringMatching(/^the power supply: /) },
    ])
    for (const { reasons } of result.cards) {
      expect(reasons.map(({ cause }) => cause)).toContainEqual(
        expect.stringMatching(
          /^the power supply: the power brake was active in 40 % of the samples.*demand more than it gives$/,
        ),
      )
    }
  })

  test('a slowdown that the gate reports is a reason of its own, with what the driver says of it', () => {
    const gates = [{ id: 'throttle', status: 'fail', required: true, evidence: 'hardware slowdown 90 %' }] as const
    const result = judged([{}, { beside: { gates, powerBrake: 0.9 } }])
    expect(words(result)).toEqual(['accepted', 'rejected'])
    expect(result.reasons).toEqual([])
    expect(result.cards[1]?.reasons[0]).toEqual({
      what: 'memory-probe, together, throttle: hardware slowdown 90 %',
      cause:
        'the power supply: the power brake was active in 90 % of the samples; all cards together demand more than it gives',
      fix: null,
    })
  })

  test('without a trace on the card the cause is what all cards share', () => {
    const slower = { beside: { level: 0.88 } }
    const result = judged([slower, slower])
    const causes = result.cards.flatMap(({ comparisons }) =>
      comparisons.flatMap((each) => (each.with === 'alone' ? (each.cause ?? []) : [])),
    )
    expect(causes).toContainEqual(
      expect.stringMatching(/^what all cards share: CPU \(2 CPUs for 2 servers and their clients\)/),
    )
    // a host that is short of CPU is no fault of its cards, as long as their figures are within their ranges
    const little = judged([{ beside: { level: 0.92 } }, { beside: { level: 0.92 } }])
    expect(words(little)).toEqual(['accepted', 'accepted'])
    expect(little.cards[0]?.remarks[0]).toMatch(/worse than alone .*; likely what all cards share/)
  })

  test('5 % slower in warmer air is inside the margin, and said in the document', () => {
    const result = judged([{ beside: { level: 0.95 } }, { beside: { level: 0.95 } }])
    const alone = result.cards[0]!.comparisons.filter((each) => each.with === 'alone')
    expect(alone.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass', 'pass'].slice(0, alone.length))
    expect(alone[0]?.worseBy).toBeCloseTo(0.05, 2)
    expect(result.verdict).toBe('accepted')
  })
})

const SERVERS = 100
const share = (cards: readonly SimulatedCard[], isBad: (result: BoxResult) => boolean, spread = 0.01): number => {
  const random = seededRandom(2026)
  const shared = { spread, normal: () => normal(random) }
  const found = Array.from({ length: SERVERS }, () => judged(cards, shared)).filter(isBad)
  return found.length / SERVERS
}
const rejects = ({ verdict }: BoxResult) => verdict === 'rejected'

test.each([4, 8])('servers with %i healthy cards are accepted in 99 of 100 nights', (cards) => {
  expect(share(new Array(cards).fill(good), rejects)).toBeLessThanOrEqual(0.01)
})

test('a card that lost 5 % or 10 % of its memory bandwidth is found on the first night; of its clock 10 %', () => {
  const isFound = ({ cards }: BoxResult) => cards[1]?.verdict === 'rejected'
  expect(share([good, { memory: 0.95 }, good, good], isFound)).toBeGreaterThanOrEqual(0.97)
  expect(share([good, { memory: 0.9 }, good, good], isFound)).toBe(1)
  expect(share([good, { clock: 0.9 }, good, good], isFound)).toBeGreaterThanOrEqual(0.97)
})
