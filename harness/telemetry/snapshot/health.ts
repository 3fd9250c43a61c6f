import { type CardSnapshot, numberIn, type SnapshotField } from './snapshot.ts'

/** Throttle reasons whose duration the driver counts, in microseconds since it was loaded. */
export const throttleCounters = [
  'sw_power_cap',
  'sync_boost',
  'sw_thermal_slowdown',
  'hw_thermal_slowdown',
  'hw_power_brake_slowdown',
] as const
export type ThrottleCounter = (typeof throttleCounters)[number]

/** Health of one card, which gates compare before and after a run. Null where it is not reported. */
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
  readonly migMode: string | null
  /** Fields whose text means a card in trouble. */
  readonly sick: readonly { readonly field: string; readonly text: string }[]
}

/** The health values of a snapshot. ECC counts are the volatile ones: those since the driver was loaded. */
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
  // some counters print 0 on a card with ECC off or absent: no errors were counted, which is not zero errors
  const isCounting = eccMode === 'Enabled'
  return {
    uuid: card.uuid,
    throttleUs: counters.every(([, value]) => value !== null)
      ? (Object.fromEntries(counters) as Record<ThrottleCounter, number>)
      : null,
    eccMode,
    eccCorrected: isCounting ? numberIn(card, 'ecc.errors.corrected.volatile.total') : null,
    eccUncorrected: isCounting ? numberIn(card, 'ecc.errors.uncorrected.volatile.total') : null,
    remapPending: flag('remapped_rows.pending'),
    remapFailure: flag('remapped_rows.failure'),
    retirementPending: flag('retired_pages.pending'),
    recoveryAction: card.values['gpu_recovery_action'],
    enforcedLimitW: numberIn(card, 'enforced.power.limit') ?? numberIn(card, 'power.limit'),
    defaultLimitW: numberIn(card, 'power.default_limit'),
    migMode: card.values['mig.mode.current'],
    sick: card.sick,
  }
}
