import { describe, expect, test } from 'vitest'
import type { RunRecord } from '../record/schema/run.ts'
import type { GateRow } from '../testing/gate-rows.ts'
import { cardRows } from '../testing/gate-rows-card.ts'
import { runRows } from '../testing/gate-rows-run.ts'
import { textRows } from '../testing/gate-rows-text.ts'
import { wallRows } from '../testing/gate-rows-wall.ts'
import { watchedCardRows } from '../testing/gate-rows-watched-card.ts'
import { gateOf, type MeasuredRun, measuredRun } from '../testing/measured-run.ts'
import { evaluateGates } from './evaluate.ts'
import { isQuotable, reasonsNotQuotable } from './quotable.ts'
import { appliesTo, type GateId, gateEntries } from './table.ts'

/** Every gate x every status that it can reach, and both sides of every threshold. */
const rowsOf = (id: GateId): readonly GateRow[] =>
  ({ ...runRows, ...textRows, ...cardRows, ...watchedCardRows, ...wallRows })[id] ?? []

describe.each(gateEntries)('%s', (id, gate) => {
  test.each(rowsOf(id))('$status: $what', ({ status, run }) => {
    expect(gateOf(measuredRun(run), id).status).toBe(status)
  })

  test('has a row for each status that it can reach, and for no other', () => {
    expect(new Set(rowsOf(id).map(({ status }) => status))).toEqual(new Set(gate.statuses))
  })

  test('has a row at each threshold and one beyond it, with different outcomes', () => {
    const statusOf = (name: string, side: 'at' | 'beyond') => rowsOf(id).find((row) => row[side] === name)?.status
    for (const name of Object.keys(gate.thresholds)) {
      const [at, beyond] = [statusOf(name, 'at'), statusOf(name, 'beyond')]
      expect(at, `at ${name}`).toBeDefined()
      expect(beyond, `beyond ${name}`).toBeDefined()
      expect(beyond, name).not.toBe(at)
    }
    const named = rowsOf(id).flatMap(({ at, beyond }) => [at ?? [], beyond ?? []].flat())
    expect(named.filter((name) => !(name in gate.thresholds))).toEqual([])
  })
})

test('the run that rows start from passes every gate of its kind', () => {
  const gates = evaluateGates(measuredRun())
  const expected = gateEntries.map(([id, gate]) => [id, appliesTo(gate, 'text') ? 'pass' : 'not-measured'])
  expect(gates.map(({ id, status }) => [id, status])).toEqual(expected)
})

const images: MeasuredRun = {
  work: { kind: 'image', image: { steps: 28, guidance: 3.5 } },
  scenario: { model: 'flux.1-dev' },
}
test.each(gateEntries.filter(([, gate]) => !gate.kinds.includes('image')))(
  '%s is neither measured nor required for images',
  (id) => {
    expect(gateOf(measuredRun(images), id)).toMatchObject({ status: 'not-measured', required: false })
  },
)

describe('a run is quotable', () => {
  const complete = (over: Partial<RunRecord> = {}): RunRecord => {
    const run = measuredRun()
    return { ...run, gates: evaluateGates(run), ...over }
  }
  const withStatus = (id: GateId, status: GateRow['status'], over: MeasuredRun = {}) => {
    const run = measuredRun(over)
    return { ...run, gates: complete().gates.map((gate) => (gate.id === id ? { ...gate, status } : gate)) }
  }

  test('when it is complete and every gate passes', () => {
    expect(reasonsNotQuotable(complete())).toEqual([])
    expect(isQuotable(complete())).toBe(true)
    expect(isQuotable(complete({ status: 'interrupted' }))).toBe(false)
    expect(reasonsNotQuotable(complete({ status: 'failed', failure: 'the server refused every connection' }))).toEqual([
      'status failed: only a complete run may be quoted (the server refused every connection)',
    ])
  })

  test.each(gateEntries)('%s: a warning does not keep it from a quote, a failure does', (id) => {
    expect(isQuotable(withStatus(id, 'warn'))).toBe(true)
    expect(isQuotable(withStatus(id, 'fail'))).toBe(false)
    expect(reasonsNotQuotable(withStatus(id, 'fail'))[0]).toMatch(new RegExp(`^${id} fail: `))
  })

  test.each(gateEntries)('%s: not measured keeps it from a quote only where the gate is required', (id, gate) => {
    expect(isQuotable(withStatus(id, 'not-measured'))).toBe(!(gate.required && appliesTo(gate, 'text')))
    expect(isQuotable(withStatus(id, 'not-measured', images))).toBe(!(gate.required && gate.kinds.includes('image')))
  })

  test.each(gateEntries)('%s: the table decides whether it is required, not the record', (id, gate) => {
    const claimed = withStatus(id, 'not-measured').gates.map((each) => ({ ...each, required: !each.required }))
    const isRequired = gate.required && appliesTo(gate, 'text')
    expect(isQuotable(complete({ gates: claimed }))).toBe(!isRequired)
    const absent = complete().gates.filter((each) => each.id !== id)
    expect(isQuotable(complete({ gates: absent }))).toBe(!isRequired)
  })

  test('a gate of another version counts as in its record', () => {
    const other = { id: 'later-gate', required: true, status: 'not-measured' as const, evidence: '' }
    expect(isQuotable(complete({ gates: [...complete().gates, other] }))).toBe(false)
    expect(isQuotable(complete({ gates: [...complete().gates, { ...other, required: false }] }))).toBe(true)
  })
})
