import { reasonsNotQuotable } from '../gates/quotable.ts'
import type { Seal } from './check-seal.ts'
import type { Verification } from './verify-run.ts'

/**
 * Why a verified record may not be quoted. Gates are those recomputed, whatever the record says of itself; an edited
 * record and one that nobody signed can be quoted never: a stranger could not tell them from an honest one.
 */
export function refusals(verification: Verification): string[] {
  const { record, recomputed } = verification
  const gates = record && recomputed ? reasonsNotQuotable({ ...record, gates: recomputed.gates }) : []
  return [...gates, ...sealReasons(verification)]
}

/** Why a record may not be quoted whatever its gates say: it is not as its run left it, or nobody signed it. */
export function sealReasons({ problems, signedBy }: Pick<Seal, 'problems' | 'signedBy'>): string[] {
  const [first] = problems
  if (first) return [`verify: ${first.file} ${first.what}${more(problems.length - 1)}`]
  return signedBy === null
    ? ['signature: the record is not signed; `joulemark key new` makes a key, and runs made from then on are signed']
    : []
}

/** The same as one line: the first reason whole, the others by name. Null when the record may be quoted. */
export function refusalLine(verification: Verification): string | null {
  const [first, ...rest] = refusals(verification)
  if (first === undefined) return null
  const others = rest.map((reason) => reason.split(':')[0]).join(', ')
  return others === '' ? first : `${first}; also ${others}`
}

const more = (count: number): string => (count > 0 ? ` (and ${count} more; joulemark verify lists them)` : '')
