import type { Gate, RunRecord } from '../record/schema/run.ts'
import type { WorkloadKind } from './gate.ts'
import { tooLoose } from './scenario-limits.ts'
import { appliesTo, gateById, gateEntries } from './table.ts'

/** The fields that decide whether a run may be quoted. */
export type QuotableInput = Pick<RunRecord, 'status' | 'failure' | 'gates' | 'scenario'>

/**
 * Quotable: the run is complete, no gate fails, no required gate is unmeasured, and the scenario has loosened no limit
 * beyond what a quote allows.
 */
export const isQuotable = (record: QuotableInput): boolean => reasonsNotQuotable(record).length === 0

/**
 * Why the gates of a run forbid a quote, one line per reason. Whether it may be quoted is the answer of `quotability`
 * (evidence/refusals.ts), which asks for more: a signature, and files as they were.
 */
export function reasonsNotQuotable(record: QuotableInput): string[] {
  const why = record.failure === undefined ? '' : ` (${record.failure})`
  const status =
    record.status === 'complete' ? [] : [`status ${record.status}: only a complete run may be quoted${why}`]
  const gates = blockingGates(record).map((gate) => `${gate.id} ${gate.status}: ${gate.evidence}`)
  return [...status, ...gates, ...tooLoose(record.scenario)]
}

/**
 * Gates that block quoting: those that fail, then the required ones that were not measured. The table decides which gates
 * are required, not the record; a required gate missing in the record counts as not measured.
 */
function blockingGates({ gates, scenario }: QuotableInput): Gate[] {
  const failed = gates.filter((gate) => gate.status === 'fail')
  const unmeasured = gates.filter((gate) => gate.status === 'not-measured' && isRequired(gate, scenario.kind))
  const absent = gateEntries.flatMap(([id, gate]) =>
    gate.required && appliesTo(gate, scenario.kind) && !gates.some((each) => each.id === id)
      ? [{ id, required: true, status: 'not-measured' as const, evidence: 'not in this record' }]
      : [],
  )
  return [...failed, ...unmeasured, ...absent]
}

/** Whether a gate must pass for a quote: by the table; for a gate of another version, by the record. */
function isRequired({ id, required }: Gate, kind: WorkloadKind): boolean {
  const gate = gateById(id)
  return gate === null ? required : gate.required && appliesTo(gate, kind)
}

/**
 * Whether a run was quotable by the gates that it was made with, each with its status of now. A later version may add gates:
 * such a record stays what it was, and may not be quoted.
 */
export const wasQuotable = ({ status, gates }: QuotableInput, now: readonly Gate[]): boolean =>
  status === 'complete' &&
  gates.every((gate) => {
    const { status: found } = now.find(({ id }) => id === gate.id) ?? gate
    return found !== 'fail' && !(found === 'not-measured' && gate.required)
  })

/**
 * The required gates of a run that failed: such numbers may be wrong, and no comparison with them is judged. That it was
 * simulated does not count: simulated runs are compared with their like.
 */
export const gatesAgainst = ({ gates, scenario }: Pick<RunRecord, 'gates' | 'scenario'>): Gate[] =>
  gates.filter((gate) => gate.status === 'fail' && gate.id !== 'live-source' && isRequired(gate, scenario.kind))
