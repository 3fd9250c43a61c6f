import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { useOwnCards } from '../../harness/catalogue/own/own-cards.ts'
import { loadConfig, noConfig } from '../../harness/scenario/config/load-config.ts'
import type { OwnPrice } from '../../harness/scenario/config/schema.ts'
import type { MoneyOptions } from '../../reports/facts.ts'
import type { CommandIo } from './io.ts'

/**
 * Reads joulemark.yaml for a command that takes --config, before its action starts: the one place that does. The action
 * finds it as `io.config`; its signing key and its store are JOULEMARK_KEY and JOULEMARK_STORE where those are not set.
 */
export async function readConfigFor(command: CommandUnknownOpts, io: CommandIo): Promise<void> {
  const named = (command.opts() as { readonly config?: string }).config
  const config = await loadConfig({ folder: process.cwd(), env: io.env, named })
  useOwnCards(config.cards ?? [])
  const key = config.key === undefined || io.env['JOULEMARK_KEY'] ? {} : { JOULEMARK_KEY: config.key }
  const store = config.store === undefined || io.env['JOULEMARK_STORE'] ? {} : { JOULEMARK_STORE: config.store }
  Object.assign(io, { config, env: { ...io.env, ...key, ...store } })
}

/** The money of joulemark.yaml, for reports. */
export function configuredMoney({ config = noConfig }: CommandIo): MoneyOptions {
  const { electricity = {}, utilisation, writeOffMonths, prices = {} } = config
  const { tariffGbpPerKwh, pue } = electricity
  return {
    ownPrices: Object.fromEntries(Object.entries(prices).flatMap(([key, price]) => purchase(key, price))),
    configured: {
      ...(tariffGbpPerKwh === undefined ? {} : { tariffGbpPerKwh }),
      ...(writeOffMonths === undefined ? {} : { years: writeOffMonths / 12 }),
      ...(utilisation === undefined ? {} : { utilisation }),
      ...(pue === undefined ? {} : { pue }),
    },
  }
}

/** A report compares purchases; a rent alone is for quotes. */
const purchase = (key: string, { purchaseGbp, source, date }: OwnPrice) =>
  purchaseGbp === undefined ? [] : [[key, { value: purchaseGbp, source, date, kind: 'own' as const }] as const]
