import { numberOf } from '../../harness/record/measured.ts'
import type { Quantity } from './quantities.ts'
import type { EarlierRun } from './references.ts'

/** Values that are shown, newest last. */
const MOST_SHOWN = 6
/** A smaller loss against its own accepted runs is not remarked on. */
const OWN_LOSS = 0.05

/**
 * The earlier values of the same GPUs, and a remark where the new one is worse than their accepted ones. They move no edge
 * of a band: a faulty server that was measured before is as faulty as then.
 */
export function ownHistory(quantity: Quantity, measured: number, own: readonly EarlierRun[]): string[] {
  const values = own.flatMap(({ record, verdict }) => {
    const value = quantity.read(record)
    const number = value === null ? null : numberOf(value)
    return number === null ? [] : [{ number, verdict }]
  })
  if (values.length === 0) return []
  const shown = values
    .slice(-MOST_SHOWN)
    .map(({ number, verdict }) => `${number.toFixed(quantity.digits)} ${verdict ?? 'not judged'}`)
  const line = `these GPUs before, not a reference: ${shown.join(', ')}`
  const accepted = values.filter(({ verdict }) => verdict === 'accepted').map(({ number }) => number)
  if (accepted.length === 0) return [line]
  const before = accepted.reduce((sum, value) => sum + value, 0) / accepted.length
  const loss = quantity.worse === 'lower' ? 1 - measured / before : measured / before - 1
  const most = Math.max(OWN_LOSS, quantity.floor / Math.abs(before), 2 * quantity.usualSpread)
  if (!(loss > most)) return [line]
  return [line, `remark: ${(100 * loss).toFixed(1)} % worse than when these GPUs were accepted`]
}
