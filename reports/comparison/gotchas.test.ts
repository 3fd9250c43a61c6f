import { expect, test } from 'vitest'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { makeFacts } from '../testing/facts-builder.ts'
import { type BoxFinding, gotchasTable } from './gotchas.ts'

const gate = { id: 'throttle', status: 'warn', required: false, evidence: 'thermal, 3 % of the window' } as const
const narrow: BoxFinding = {
  ...{ id: 'pcie-width', status: 'fail', read: 'x8 of x16', why: 'fewer lanes slow loading', fix: 'see to the riser' },
}
const run = (scenario: string) => makeRun({ card: 'rtx-4090', scenario, title: scenario })

test('a finding about the host is listed once, with its runs, the worst first', () => {
  const runs = ['a', 'b', 'c', 'd'].map(run)
  const table = gotchasTable([{ ...runs[0]!, gates: [gate] }, ...runs.slice(1)], makeFacts(), () => [narrow])!
  expect(table.rows.map(({ cells }) => cells)).toEqual([
    [
      { kind: 'text', text: 'RTX 4090', detail: 'host box', simulated: false },
      {
        kind: 'text',
        text: 'host',
        detail: '20261101-100000-rtx-4090-a, 20261101-100000-rtx-4090-b, 20261101-100000-rtx-4090-c and 1 more',
      },
      { kind: 'text', text: 'doctor pcie-width: fail', tone: 'bad' },
      { kind: 'text', text: 'x8 of x16: fewer lanes slow loading', detail: 'see to the riser' },
    ],
    [
      { kind: 'text', text: 'RTX 4090', detail: 'host box', simulated: false },
      { kind: 'text', text: 'a', detail: '20261101-100000-rtx-4090-a' },
      { kind: 'text', text: 'gate throttle: warn', tone: 'warn' },
      { kind: 'text', text: gate.evidence },
    ],
  ])
})

test('two hosts of one kind are two', () => {
  const [one, two] = [run('a'), run('b')]
  const other = { ...two!, host: { ...two!.host, hostname: 'other' } }
  expect(gotchasTable([one!, other], makeFacts(), () => [narrow])!.rows).toHaveLength(2)
})

test('where nothing is found, what was checked is said by card; without gates there is no table', () => {
  const passed = { ...gate, status: 'pass' } as const
  const ecc = { ...gate, id: 'ecc', status: 'not-measured' } as const
  const runs = [run('a'), run('b')].map((each, at) => ({ ...each, gates: [passed, ...(at === 0 ? [ecc] : [])] }))
  const table = gotchasTable(runs, makeFacts(), () => [])!
  expect(table.title).toBe('Gates and host checks: none found anything')
  expect(table.rows.map(({ cells }) => cells.slice(1))).toEqual([
    [
      { kind: 'text', text: '2 runs', detail: `${runs[0]!.id}, ${runs[1]!.id}` },
      { kind: 'text', text: 'none', tone: 'good' },
      {
        kind: 'text',
        text: 'passed: throttle; not measured, or not in every run: ecc; no host check warned or failed',
      },
    ],
  ])
  expect(JSON.stringify(gotchasTable(runs, makeFacts()))).not.toContain('host check warned')
  expect(gotchasTable([run('a')], makeFacts())).toBeNull()
})
