import { type CardSnapshot, numberIn, type SnapshotField } from './snapshot.ts'

/** Reasons whose time the driver counts, in microseconds since it was loaded. */
export const throttleCounters = [
  'sw_power_cap',
  'sync_boost',
  'sw_thermal_slowdown',
  'hw_thermal_slowdown',
  'hw_power_brake_slowdown',
] as const
export type ThrottleCounter = (typeof throttleCounters)[number]

/** What gates compare before and after a run, of one card. Null where the card or the driver does not tell. */
export interface CardHealth {
  readonly uuid: string
  readonly throttleUs: Readonly<Record<ThrottleCounter, number>> | null
  readonly eccMode: string | null
  readonly eccCorrected: number | null
  readonly eccUncorrected: number | null
  readonly remapPending: boolean | null
  readonly remapFailure: boolean | null
  readonly retirementPending: boolean | null
  readonly recoveryAction: string | null
  readonly enforcedLimitW: number | null
  readonly defaultLimitW: number | null
}

/** The part of a snapshot that tells health. ECC counts are the volatile ones: those since the driver was loaded. */
export function healthOf(card: CardSnapshot): CardHealth {
  const flag = (field: SnapshotField): boolean | null => {
    const text = card.values[field]
    if (text === null) return null
    return /^(yes|1|pending|true)$/i.test(text)
  }
  const counters = throttleCounters.map(
    (name) => [name, numberIn(card, `clocks_event_reasons_counters.${name}`)] as const,
  )
  const eccMode = card.values['ecc.mode.current']
  // Some counters print 0 on a card whose ECC is off or not there: they counted nothing, they did not find nothing.
  const counts = eccMode === 'Enabled'
  return {
    uuid: card.uuid,
    throttleUs: counters.every(([, value]) => value !== null)
      ? (Object.fromEntries(counters) as Record<ThrottleCounter, number>)
      : null,
    eccMode,
    eccCorrected: counts ? numberIn(card, 'ecc.errors.corrected.volatile.total') : null,
    eccUncorrected: counts ? numberIn(card, 'ecc.errors.uncorrected.volatile.total') : null,
    remapPending: flag('remapped_rows.pending'),
    remapFailure: flag('remapped_rows.failure'),
    retirementPending: flag('retired_pages.pending'),
    recoveryAction: card.values['gpu_recovery_action'],
    enforcedLimitW: numberIn(card, 'enforced.power.limit') ?? numberIn(card, 'power.limit'),
    defaultLimitW: numberIn(card, 'power.default_limit'),
  }
}
