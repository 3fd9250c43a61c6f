import { requireCardKey } from '../../../harness/catalogue/find.ts'
import type { MoneyOptions } from '../../../reports/facts.ts'
import { configuredMoney } from '../config.ts'
import type { CommandIo } from '../io.ts'

/** The money flags of a command; the command line has checked the numbers. */
export interface MoneyFlags {
  readonly tariff?: number
  readonly years?: number
  readonly utilisation?: number
  readonly pue?: number
  /** GBP by card. */
  readonly price?: Readonly<Record<string, number>>
}

/** The money that flags state, over that of joulemark.yaml. Throws `bad-input` for a price of a card that does not exist. */
export function moneyOf(flags: MoneyFlags, io: CommandIo): MoneyOptions {
  for (const card of Object.keys(flags.price ?? {})) requireCardKey(card, '--price')
  return {
    ...configuredMoney(io),
    ...(flags.tariff === undefined ? {} : { tariffGbpPerKwh: flags.tariff }),
    ...(flags.years === undefined ? {} : { years: flags.years }),
    ...(flags.utilisation === undefined ? {} : { utilisation: flags.utilisation }),
    ...(flags.pue === undefined ? {} : { pue: flags.pue }),
    ...(flags.price === undefined ? {} : { pricesGbp: flags.price }),
  }
}
