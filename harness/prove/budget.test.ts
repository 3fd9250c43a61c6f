import { expect, test } from 'vitest'
import { proofStepIds } from '../record/schema/proof.ts'
import { leastSeconds, proofLengths, stepLimitS } from './budget.ts'

test('every step of a proof of 20 minutes fits, though each takes all that it may', () => {
  let passedS = 0
  for (const id of proofStepIds) {
    const limitS = stepLimitS(id, { budgetS: 1200, passedS })
    expect(limitS, id).toBeGreaterThan(leastSeconds(id, proofLengths(false)))
    passedS += limitS
  }
  expect(passedS).toBeCloseTo(1200, 6)
})

test('what a step leaves is for those after it, and what it takes too much is taken from none before', () => {
  const usual = stepLimitS('closed-1', { budgetS: 1200, passedS: 440 })
  expect(stepLimitS('closed-1', { budgetS: 1200, passedS: 340 })).toBeCloseTo(usual + 100, 6)
  expect(stepLimitS('closed-1', { budgetS: 1200, passedS: 5000 })).toBe(0)
})

test('a rehearsal fits into a third of the time', () => {
  const least = proofStepIds.reduce((sum, id) => sum + leastSeconds(id, proofLengths(true)), 0)
  expect(least).toBeLessThan(400)
})
