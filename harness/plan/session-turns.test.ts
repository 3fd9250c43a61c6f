import { mean, sampleStandardDeviation } from 'simple-statistics'
import { describe, expect, test } from 'vitest'
import { seededRandom } from './random.ts'
import { drawPauseMs, longestTurn, type SessionPlan, sessionTurns } from './session-turns.ts'

const plan: SessionPlan = { turns: 4, thinkSeconds: 2, userTokens: 10, width: 1 }
const lengths = { promptTokens: 100, outputTokens: 50 }
const draw = (of: SessionPlan, number = 0) => sessionTurns(of, { number, lengths, random: seededRandom(1) })

describe('the turns of a session', () => {
  test('grow by the answer and what the turn adds', () => {
    expect(draw(plan).map(({ contextTokens }) => contextTokens)).toEqual([100, 160, 220, 280])
  })

  test('pause before each turn but the first', () => {
    const [first, ...later] = draw({ ...plan, thinkSpread: 'fixed' })
    expect(first?.pauseMs).toBe(0)
    expect(later.map(({ pauseMs }) => pauseMs)).toEqual([2000, 2000, 2000])
  })

  test('fork every so many turns', () => {
    const forked = { ...plan, branches: { everyTurns: 2, count: 3, tokens: 40 }, width: 3 }
    expect(draw(forked).map(({ branches, branchTokens }) => [branches, branchTokens])).toEqual([
      [1, 0],
      [3, 40],
      [1, 0],
      [3, 40],
    ])
    expect(longestTurn(forked, lengths)).toEqual({ promptTokens: 320, outputTokens: 50 })
  })

  test('of a file are its sessions, one after the other and again from the first', () => {
    const turn = (inputTokens: number) => ({ inputTokens, outputTokens: 5, pauseSeconds: 1, branches: 1 })
    const recorded = [[turn(10), turn(20)], [turn(500)]]
    const of = { ...plan, recorded }
    expect(draw(of, 0).map(({ contextTokens }) => contextTokens)).toEqual([10, 35])
    expect(draw(of, 1).map(({ contextTokens }) => contextTokens)).toEqual([500])
    expect(draw(of, 2)).toEqual(draw(of, 0))
    expect(longestTurn(of, lengths)).toEqual({ promptTokens: 500, outputTokens: 5 })
  })
})

test.each([
  ['fixed', 0],
  ['exponential', 1],
  ['lognormal', 1],
] as const)('%s pauses have the mean of the plan, and %d times it as their deviation', (thinkSpread, deviations) => {
  const random = seededRandom(3)
  const pauses = Array.from({ length: 100_000 }, () => drawPauseMs({ ...plan, thinkSpread }, random))
  expect(mean(pauses)).toBeGreaterThan(1960)
  expect(mean(pauses)).toBeLessThan(2040)
  // the tail of a lognormal distribution makes its deviation uncertain
  expect(sampleStandardDeviation(pauses)).toBeGreaterThanOrEqual(deviations * 1850)
  expect(sampleStandardDeviation(pauses)).toBeLessThanOrEqual(deviations * 2150)
})
