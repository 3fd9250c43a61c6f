import { describe, expect, test } from 'vitest'
import type { ProofFindings } from '../record/schema/proof.ts'
import { madeFindings, madeProofRun } from '../testing/proof-builder.ts'
import { makeRun } from '../testing/record-builder.ts'
import { toolVersion } from '../version.ts'
import { claimProblems, recordProblems } from './check-proof.ts'
import { claimsOf } from './judge.ts'
import { proofRun } from './proof-run.ts'
import { surprisesOf } from './surprises.ts'

const ours = { name: 'joulemark', version: toolVersion, commit: null } as const
function judged(over: Partial<ProofFindings> = {}) {
  const found = madeFindings({ tool: ours, ...over })
  const claims = claimsOf(found)
  return { ...found, claims, surprises: surprisesOf({ ...found, claims }), files: {} }
}
const slow = { runs: [madeProofRun('closed-1', { clock: 'fail', 'token-audit': 'not-measured' })] }

describe('claims that were decided by the findings', () => {
  test('are as they were, after JSON too', () => {
    for (const proof of [judged(), judged(slow), judged({ sensor: null })]) {
      expect(claimProblems(JSON.parse(JSON.stringify(proof)))).toEqual([])
    }
  })

  test('are missed where each was changed to proved, or the contradiction is no surprise', () => {
    const proof = judged(slow)
    const claims = proof.claims.map((claim) => ({ ...claim, status: 'proved' as const }))
    expect(claimProblems({ ...proof, claims })).toEqual(
      expect.arrayContaining(['claim clock.status: the proof has "proved", its findings give "contradicted"']),
    )
    expect(claimProblems({ ...proof, surprises: [] })).toEqual([expect.stringMatching(/^what was not expected/)])
    expect(claimProblems({ ...proof, claims: proof.claims.slice(1) })).not.toEqual([])
  })

  test('of another version are compared by what was decided, not by its words', () => {
    const proof = judged({ ...slow, tool: { ...ours, version: '0.0.1' } })
    const reworded = proof.claims.map((claim) => ({ ...claim, evidence: ['in other words'] }))
    expect(claimProblems({ ...proof, claims: reworded, surprises: [] })).toEqual([])
    const claims = proof.claims.map((claim) => ({ ...claim, status: 'proved' as const }))
    expect(claimProblems({ ...proof, claims }).join()).toContain(`"contradicted" by joulemark ${toolVersion}`)
  })
})

describe('runs of a proof beside their records', () => {
  const clock = { id: 'clock', status: 'pass', evidence: 'even', required: true } as const
  const record = makeRun({ card: 'rtx-4090', gates: [clock], result: { outputTokensPerS: 800, meanPowerW: 300 } })
  const run = proofRun('closed-1', record, [])

  test('are those of the records', () => {
    expect(recordProblems(judged({ runs: [run] }), [record])).toEqual([])
    expect(recordProblems(judged({ runs: [{ ...run, problems: null }] }), [record])).toEqual([])
  })

  test('a figure, a gate and a problem that differ are named', () => {
    const [name = ''] = Object.keys(run.figures)
    const figures = { ...run.figures, [name]: { mean: 123_456, ci95: null, n: 1, unit: 'W' } }
    const gates = run.gates.map((gate) => ({ ...gate, status: 'not-measured' as const }))
    expect(recordProblems(judged({ runs: [{ ...run, figures }] }), [record]).join()).toContain(`figures.${name}.mean`)
    expect(recordProblems(judged({ runs: [{ ...run, gates }] }), [record]).join()).toContain('gates.')
    expect(recordProblems(judged({ runs: [{ ...run, problems: ['x'] }] }), [record]).join()).toContain('problems')
  })

  test('a rate that was asked for is no share of the limit; one that was reached is', () => {
    const open = makeRun({
      ...{ card: 'rtx-4090', result: { outputTokensPerS: 200 } },
      scenarioFields: { load: { shape: 'open', ratePerS: 1, arrivals: 'poisson' } },
    })
    expect(proofRun('open', open, []).limitShare).toBeNull()
    expect(run.limitShare).toBeGreaterThan(0)
  })

  test('a simulated run makes no live proof', () => {
    const simulated = { ...record, sourceEvidence: ['driver 0.0-sim'] }
    expect(recordProblems(judged({ runs: [run] }), [simulated])).toEqual(['calls itself live, and has a simulated run'])
  })
})
