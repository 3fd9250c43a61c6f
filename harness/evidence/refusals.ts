import { reasonsNotQuotable } from '../gates/quotable.ts'
import type { RunRecord } from '../record/schema/run.ts'
import type { Seal } from './check-seal.ts'
import type { Verification } from './verify-run.ts'

/** Whether a run may be quoted, and if not why, one line per reason: gates first, then files and signature. */
export interface Quotability {
  readonly quotable: boolean
  readonly reasons: readonly string[]
}

/** What `quotability` is asked of: the fields of a record that decide. */
export type QuotedRecord = Pick<RunRecord, 'status' | 'failure' | 'gates' | 'scenario' | 'quotable' | 'signature'>

/**
 * Whether a record may be quoted: every gate that a quote requires passes today, it was quotable when it was made, it is signed, and
 * nothing in it was changed. The one place that decides it: `list`, `run`, reports, the store, `verify` and `quote` ask here. Without a
 * seal the record is taken at its word: its files and its signature are not checked.
 */
export function quotability(
  record: QuotedRecord,
  seal: Pick<Seal, 'problems' | 'signedBy'> = ownSeal(record),
): Quotability {
  const reasons = [...reasonsNotQuotable(record), ...sealReasons(seal)]
  if (reasons.length === 0 && !record.quotable)
    return { quotable: false, reasons: ['record: it was not quotable when it was made'] }
  return { quotable: reasons.length === 0, reasons }
}

/** What a record says of its own signature. */
const ownSeal = ({ signature }: QuotedRecord): Pick<Seal, 'problems' | 'signedBy'> => ({
  problems: [],
  signedBy: signature?.publicKey ?? null,
})

/**
 * Why a verified record may not be quoted. The recomputed gates count, not the recorded ones. An edited or unsigned record
 * may never be quoted, because a third party cannot distinguish either from an authentic one.
 */
export function refusals(verification: Verification): readonly string[] {
  const { record, recomputed, fault } = verification
  if (fault !== null) return [`verify: ${fault}`, ...sealReasons(verification)]
  if (record === null || recomputed === null) return sealReasons(verification)
  return quotability({ ...record, gates: recomputed.gates }, verification).reasons
}

/** Why a record may not be quoted, whatever its gates: it was changed after its run, or it is not signed. */
export function sealReasons({ problems, signedBy }: Pick<Seal, 'problems' | 'signedBy'>): string[] {
  const [first] = problems
  if (first) return [`verify: ${first.file} ${first.what}${more(problems.length - 1)}`]
  return signedBy === null
    ? [`${SIGNATURE}the record is not signed; \`joulemark key new\` makes a key that signs later runs`]
    : []
}

const SIGNATURE = 'signature: '

/** Whether a reason is that the record is not signed, which says nothing against its figures. */
export const isOfSignature = (reason: string): boolean => reason.startsWith(SIGNATURE)

/** The same on one line: the first reason in full, the others by name. Null if the record may be quoted. */
export function refusalLine(verification: Verification): string | null {
  const [first, ...rest] = refusals(verification)
  if (first === undefined) return null
  const others = rest.map((reason) => reason.split(':')[0]).join(', ')
  return others === '' ? first : `${first}; also ${others}`
}

const more = (count: number): string => (count > 0 ? ` (and ${count} more; joulemark verify lists them)` : '')
