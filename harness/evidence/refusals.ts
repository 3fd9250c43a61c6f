import { reasonsNotQuotable } from '../gates/quotable.ts'
import type { Seal } from './check-seal.ts'
import type { Verification } from './verify-run.ts'

/**
 * Why a verified record may not be quoted. The recomputed gates count, not the recorded ones. An edited or unsigned record
 * may never be quoted, because a third party cannot distinguish either from an authentic one.
 */
export function refusals(verification: Verification): string[] {
  const { record, recomputed, fault } = verification
  const gates = record && recomputed ? reasonsNotQuotable({ ...record, gates: recomputed.gates }) : []
  return [...gates, ...(fault === null ? [] : [`verify: ${fault}`]), ...sealReasons(verification)]
}

/** Why a record may not be quoted, whatever its gates: it was changed after its run, or it is not signed. */
export function sealReasons({ problems, signedBy }: Pick<Seal, 'problems' | 'signedBy'>): string[] {
  const [first] = problems
  if (first) return [`verify: ${first.file} ${first.what}${more(problems.length - 1)}`]
  return signedBy === null
    ? ['signature: the record is not signed; `joulemark key new` makes a key that signs later runs']
    : []
}

/** The same on one line: the first reason in full, the others by name. Null if the record may be quoted. */
export function refusalLine(verification: Verification): string | null {
  const [first, ...rest] = refusals(verification)
  if (first === undefined) return null
  const others = rest.map((reason) => reason.split(':')[0]).join(', ')
  return others === '' ? first : `${first}; also ${others}`
}

const more = (count: number): string => (count > 0 ? ` (and ${count} more; joulemark verify lists them)` : '')
