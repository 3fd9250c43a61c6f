import { cardEntryBySmiName } from '../catalogue/own/own-cards.ts'

/** What is known of a card's power, by the keys of the run record. */
export interface PowerLimits {
  readonly name: string
  readonly powerLimitW: number | null
  readonly powerDefaultLimitW: number | null
  readonly powerMaxLimitW?: number | null | undefined
  readonly memoryTotalMiB?: number | null
}

/**
 * A sample may be this much above the highest power limit of its card. A board draws a few per cent more for a moment
 * (307.7 W was read at a limit of 300 W), and no sensor is off by more than some 13 % (Yang et al., SC24).
 */
export const CEILING_SHARE = 1.25

/**
 * The power in W above which a sample of a card is none: 125 % of the highest limit that the driver or the catalogue knows
 * for it. Null where neither knows one.
 */
export function powerCeilingW(limits: PowerLimits): number | null {
  const { name, powerLimitW, powerDefaultLimitW, powerMaxLimitW, memoryTotalMiB = null } = limits
  const card = cardEntryBySmiName(name, memoryTotalMiB)
  const known = [
    powerLimitW,
    powerDefaultLimitW,
    powerMaxLimitW ?? null,
    card?.tdpW?.value ?? null,
    card?.maxPowerLimitW?.value ?? null,
  ].filter((limit) => limit !== null)
  return known.length === 0 ? null : CEILING_SHARE * Math.max(...known)
}
