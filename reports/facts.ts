import type { CardEntry } from '../harness/catalogue/own/card-entry.ts'
import type { Model, Sourced } from '../harness/catalogue/types.ts'
import type { MoneyInputs } from '../harness/metrics/cost.ts'
import type { RunRecord } from '../harness/record/schema/run.ts'
import type { PhysicalLimit } from './tables/table.ts'

/** A value, or why there is none. */
export type Known<T> = { readonly value: T } | { readonly reason: string }

/** Whether a scenario's model and KV fit a card, with the bytes as evidence. */
export interface FitVerdict {
  readonly fits: boolean
  /** Why it does not, in one line; the evidence has the bytes. */
  readonly reason: string
  readonly evidence: string
}

/** Money inputs that the user may set; the price is per card. */
export type MoneyOptions = Partial<Omit<MoneyInputs, 'priceGbp'>> & {
  /** GBP by card key, given on the command line; `ownPrices`, then the catalogue's price for other cards. */
  readonly pricesGbp?: Readonly<Record<string, number>>
  /** Prices of joulemark.yaml by card key. */
  readonly ownPrices?: Readonly<Record<string, Sourced>>
  /** The same inputs as joulemark.yaml gives them; those given beside it win. */
  readonly configured?: Partial<Omit<MoneyInputs, 'priceGbp' | 'idleW'>>
}

/** Cards, models and prices for the tables. Tests use their own; `catalogue-facts.ts` has the real ones. */
export interface Facts {
  readonly card: (key: string) => CardEntry | null
  readonly model: (key: string) => Model | null
  readonly priceGbp: (cardKey: string) => Sourced | null
  readonly money: Omit<MoneyInputs, 'priceGbp' | 'idleW'>
  /** Sources of tariff, years and other defaults, as a sentence. */
  readonly moneySource: string
  readonly limit: (run: RunRecord) => Known<PhysicalLimit>
  readonly fit: (run: RunRecord, cardKey: string) => Known<FitVerdict>
}
