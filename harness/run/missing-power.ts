import type { GpuRow } from '../record/rows.ts'

/** Samples without power after which it is not expected any more: a second. */
const SAMPLES = 5

/**
 * Watches samples for a card whose power the driver does not report: calls `onMissing` once per card, soon after sampling
 * began. A card that reported power once is left alone, because a gap is the business of the coverage.
 */
export function watchForPower(onMissing: (uuid: string) => void): (row: GpuRow) => void {
  const without = new Map<string, number>()
  return ({ uuid, powerW, powerInstantW }) => {
    const before = without.get(uuid) ?? 0
    if (before >= SAMPLES) return
    const hasPower = powerW !== null || powerInstantW !== null
    without.set(uuid, hasPower ? SAMPLES : before + 1)
    if (!hasPower && before + 1 === SAMPLES) onMissing(uuid)
  }
}
