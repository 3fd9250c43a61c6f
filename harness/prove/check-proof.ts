import { differences } from '../evidence/differences.ts'
import type { ProofBody, ProofRun } from '../record/schema/proof.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { toolVersion } from '../version.ts'
import { claimsOf } from './judge.ts'
import { proofRun } from './proof-run.ts'
import { surprisesOf } from './surprises.ts'

/**
 * What a proof claims although its findings do not say so, one line each: every claim and surprise is decided again. The words
 * of another version are not compared, what it decided is.
 */
export function claimProblems({ claims, surprises, files: _, ...found }: ProofBody): string[] {
  const otherVersion = found.tool.version !== toolVersion
  const again = claimsOf(found)
  const expected = otherVersion ? again.map(({ id, status, wouldBe }) => ({ id, status, wouldBe })) : again
  const stated = otherVersion ? claims.map(({ id, status, wouldBe }) => ({ id, status, wouldBe })) : claims
  const changed = differences(keyed(stated), keyed(expected)).map(
    ({ path, stored, recomputed }) =>
      `claim ${path}: the proof has ${stored}, its findings give ${recomputed}${otherVersion ? ` by joulemark ${toolVersion}` : ''}`,
  )
  const isOther = !otherVersion && differences(surprises, surprisesOf({ ...found, claims: again })).length > 0
  return [...changed, ...(isOther ? ['what was not expected does not follow from the findings'] : [])]
}

/** What a proof says of its runs although their records, which were verified, do not; one line each. */
export function recordProblems(proof: ProofBody, records: readonly RunRecord[]): string[] {
  const otherVersion = proof.tool.version !== toolVersion
  const isSimulated = records.some(({ sourceEvidence }) => sourceEvidence.length > 0)
  return [
    ...(isSimulated && proof.source === 'live' ? ['calls itself live, and has a simulated run'] : []),
    ...proof.runs.flatMap((run) => {
      const record = records.find(({ id }) => id === run.id)
      if (record === undefined) return []
      const [stated, is] = [comparable(run), comparable(proofRun(run.step, record, run.problems && []))]
      return differences(stated, is, { otherVersion }).map(
        ({ path, stored, recomputed }) => `${run.id}: ${path}: the proof has ${stored}, the record ${recomputed}`,
      )
    }),
  ]
}

/** Numbers and statuses of a run: the words of a record and of a proof are redacted each for itself. */
function comparable({ step: _, id: __, title: ___, manifestSha256: ____, figures, gates, ...rest }: ProofRun): object {
  const numbers = Object.entries(figures).map(([id, { mean, ci95, unit }]) => [id, { mean, ci95, unit }])
  return {
    ...rest,
    figures: Object.fromEntries(numbers),
    gates: Object.fromEntries(gates.map(({ id, status }) => [id, status])),
  }
}

const keyed = (claims: readonly { readonly id: string }[]): object =>
  Object.fromEntries(claims.map((claim) => [claim.id, claim]))
