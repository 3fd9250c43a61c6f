import { evaluateGates } from '../../gates/evaluate.ts'
import { repaired } from '../../record/repair.ts'
import type { RunRecord } from '../../record/schema/run.ts'

/** How a run failed. */
type Ending = Pick<RunRecord, 'endedAt' | 'files'> & { readonly failure: string }

/** The record as `failed`, repaired to fit its schema. Throws if no part of it is valid. */
export function asFailed(record: RunRecord, ending: Ending): RunRecord {
  // only a complete record is signed
  const { signature: _, redactedCopy: __, chain: ___, process: ____, ...rest } = record
  const failed: RunRecord = { ...rest, ...ending, status: 'failed', quotable: false, gates: gatesOf(record) }
  const valid = repaired(failed)
  if (valid === null) throw new Error('no part of the record is valid')
  const { dropped } = valid
  if (dropped.length === 0) return valid.record
  return { ...valid.record, failure: `${ending.failure}; dropped from the record: ${dropped.join(', ')}` }
}

/** The gates of a failed run, as far as they can be evaluated; none if the evaluation itself failed. */
function gatesOf(record: RunRecord): RunRecord['gates'] {
  try {
    return evaluateGates({ ...record, status: 'failed' })
  } catch {
    return []
  }
}
