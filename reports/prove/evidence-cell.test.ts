import { expect, test } from 'vitest'
import type { Claim } from '../../harness/record/schema/proof.ts'
import { madeProofRun } from '../../harness/testing/proof-builder.ts'
import { evidenceCell } from './evidence-cell.ts'

const runs = [
  { ...madeProofRun('closed-1', { 'physical-limit': 'warn' }), limitShare: 0.755 },
  { ...madeProofRun('closed-8'), limitShare: 0.657 },
]
const claim = (evidence: string[]): Claim => ({
  id: 'physical-limit',
  claim: 'No throughput is above what the card can do',
  about: 'card',
  status: 'proved',
  wouldBe: null,
  evidence,
  shownBy: runs.map(({ id }) => id),
})

test('each gate is one line with its runs and the worst figure, and the words of the gates are folded', () => {
  const cell = evidenceCell(
    { runs },
    claim(['read at once', 'closed-1, gate physical-limit: 75.5 %', 'closed-8, gate physical-limit: 65.7 %']),
  ).markup
  const [open, folded] = cell.split('<details>')
  expect(open).toBe(
    '<ul><li>read at once</li><li>physical-limit: a warning in 1 run, passed in 1 run; nearest to the limit: 1 stream, mean 75.5 % of it</li></ul>',
  )
  expect(folded).toContain(
    '<li>closed-1, gate physical-limit: 75.5 %</li><li>closed-8, gate physical-limit: 65.7 %</li>',
  )
})

test('what is short is not folded', () => {
  const cell = evidenceCell({ runs }, claim(['closed-1, closed-8, gate physical-limit: below it'])).markup
  expect(cell).toBe('<ul><li>closed-1, closed-8, gate physical-limit: below it</li></ul>')
})

test('a claim that no record shows counts every run that has the gate', () => {
  const lines = ['closed-1, gate energy-agreement: 1 %', 'closed-8, gate energy-agreement: 2 %']
  const cell = evidenceCell({ runs }, { ...claim(lines), shownBy: ['sensor.csv'] }).markup
  expect(cell).toContain('<li>energy-agreement: passed in 2 runs</li>')
})
