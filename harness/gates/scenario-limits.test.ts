import { describe, expect, test } from 'vitest'
import { type MeasuredRun, measuredRun } from '../testing/measured-run.ts'
import { evaluateGates } from './evaluate.ts'
import { isQuotable, reasonsNotQuotable } from './quotable.ts'
import { scenarioLimits, tooLoose } from './scenario-limits.ts'
import { appliesTo, gateEntries } from './table.ts'
import type { Threshold } from './threshold.ts'

const withScenario = (scenario: MeasuredRun['scenario']) => {
  const run = measuredRun({ scenario: { trial: { seconds: 60 }, ...scenario } })
  return { ...run, gates: evaluateGates(run) }
}

test('every threshold that a scenario may set has a loosest value', () => {
  const thresholds = gateEntries.flatMap(([, gate]) => Object.values<Threshold>(gate.thresholds))
  const set = thresholds.filter(({ setBy }) => setBy !== undefined)
  expect(set.map(({ setBy }) => setBy)).toEqual(['maxErrorRate', 'trial.minWindowSeconds', 'certainty.target'])
  expect(set.filter(({ looseness }) => looseness === undefined)).toEqual([])
})

test('the limits of a scenario that sets none are the usual ones', () => {
  const limits = scenarioLimits(withScenario({}).scenario)
  expect(limits.map(({ field, inForce, usual, loosest }) => [field, inForce, usual, loosest])).toEqual([
    ['maxErrorRate', '0.1 %', '0.1 %', '1 %'],
    ['trial.minWindowSeconds', '30 s', '30 s', '3 s'],
    ['certainty.target', '2 %', '2 %', '10 %'],
  ])
  expect(limits.some(({ isLoosened, isTooLoose }) => isLoosened || isTooLoose)).toBe(false)
})

describe.each([
  ['error-rate', { maxErrorRate: 0.01 }, { maxErrorRate: 0.0101 }, { maxErrorRate: 0.0005 }],
  [
    'steady-state',
    { trial: { seconds: 60, minWindowSeconds: 3 } },
    { trial: { seconds: 60, minWindowSeconds: 2.9 } },
    { trial: { seconds: 60, minWindowSeconds: 50 } },
  ],
  ['precision', { certainty: { target: 0.1 } }, { certainty: { target: 0.11 } }, { certainty: { target: 0.01 } }],
] as const)('the limit of %s', (gate, atLimit, beyond, tighter) => {
  const limitOf = (scenario: MeasuredRun['scenario']) =>
    scenarioLimits(withScenario(scenario).scenario).find((limit) => limit.gate === gate)

  test('may be loosened to the loosest value, and is then called loosened', () => {
    expect(limitOf(atLimit)).toMatchObject({ isLoosened: true, isTooLoose: false })
    expect(isQuotable(withScenario(atLimit))).toBe(true)
  })

  test('keeps the run from a quote beyond it, whatever was measured, with every gate as it was', () => {
    const run = withScenario(beyond)
    const applying = gateEntries.flatMap(([id, each]) => (appliesTo(each, 'text') ? id : []))
    expect(run.gates.flatMap(({ id, status }) => (status === 'pass' ? id : []))).toEqual(applying)
    expect(isQuotable(run)).toBe(false)
    expect(reasonsNotQuotable(run)).toEqual(tooLoose(run.scenario))
    expect(tooLoose(run.scenario)).toEqual([expect.stringMatching(new RegExp(`^${gate} limit: the scenario accepts `))])
  })

  test('that is tighter than usual is not loosened', () => {
    expect(limitOf(tighter)).toMatchObject({ isLoosened: false, isTooLoose: false })
  })
})

test('a short trial is too short for a quote even with its usual limit', () => {
  expect(tooLoose(withScenario({ trial: { seconds: 5 } }).scenario)).toEqual([
    expect.stringContaining('the scenario accepts 2.5 s'),
  ])
})
