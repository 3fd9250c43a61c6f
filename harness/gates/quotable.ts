import type { Gate, RunRecord } from '../record/schema/run.ts'

/** What decides whether a run may be quoted. */
export type QuotableInput = Pick<RunRecord, 'status' | 'gates'>

/** Quotable: the run is complete, no gate fails, and no required gate is unmeasured. */
export const isQuotable = (record: QuotableInput): boolean => reasonsNotQuotable(record).length === 0

/** Gates that keep a record from being quoted: what failed first, then what should have been measured. */
export function blockingGates(gates: readonly Gate[]): Gate[] {
  const failed = gates.filter((gate) => gate.status === 'fail')
  return [...failed, ...gates.filter((gate) => gate.required && gate.status === 'not-measured')]
}

/** Why a run may not be quoted, one line per reason; none when it may. It trusts the record: `refusals` verifies it too. */
export function reasonsNotQuotable(record: QuotableInput): string[] {
  const status = record.status === 'complete' ? [] : [`status ${record.status}: only a complete run may be quoted`]
  return [...status, ...blockingGates(record.gates).map((gate) => `${gate.id} ${gate.status}: ${gate.evidence}`)]
}
