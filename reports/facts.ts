import type { Card, Model, Sourced } from '../harness/catalogue/types.ts'
import type { MoneyInputs } from '../harness/metrics/cost.ts'
import type { RunRecord } from '../harness/record/schema/run.ts'
import type { PhysicalLimit } from './tables/table.ts'

/** A value, or why there is none. */
export type Known<T> = { readonly value: T } | { readonly reason: string }

/** Whether a scenario's model and KV fit a card, with the bytes that say so. */
export interface FitVerdict {
  readonly fits: boolean
  readonly evidence: string
}

/** What a person may set about money: everything but the price, which is one a card. */
export type MoneyOptions = Partial<Omit<MoneyInputs, 'priceGbp'>> & {
  /** GBP by card key; the catalogue's price where a card is not named. */
  readonly pricesGbp?: Readonly<Record<string, number>>
}

/** What the tables look up about cards, models and prices. Tests bring their own; `catalogue-facts.ts` has the real ones. */
export interface Facts {
  readonly card: (key: string) => Card | null
  readonly model: (key: string) => Model | null
  readonly priceGbp: (cardKey: string) => Sourced | null
  readonly money: Omit<MoneyInputs, 'priceGbp' | 'idleW'>
  /** Where the tariff, the years and the rest come from, as a sentence. */
  readonly moneySource: string
  readonly limit: (run: RunRecord) => Known<PhysicalLimit>
  readonly fit: (run: RunRecord, cardKey: string) => Known<FitVerdict>
}
