import type { Card, Model, Sourced } from '../harness/catalogue/types.ts'
import type { MoneyInputs } from '../harness/metrics/cost.ts'
import type { RunRecord } from '../harness/record/schema/run.ts'
import type { PhysicalLimit } from './tables/table.ts'

/** A value, or why there is none. */
export type Known<T> = { readonly value: T } | { readonly reason: string }

/** Whether a scenario's model and KV fit a card, with the bytes as evidence. */
export interface FitVerdict {
  readonly fits: boolean
  readonly evidence: string
}

/** Money inputs that the user may set; the price is per card. */
export type MoneyOptions = Partial<Omit<MoneyInputs, 'priceGbp'>> & {
  /** GBP by card key; the catalogue's price for other cards. */
  readonly pricesGbp?: Readonly<Record<string, number>>
}

/** Cards, models and prices for the tables. Tests use their own; `catalogue-facts.ts` has the real ones. */
export interface Facts {
  readonly card: (key: string) => Card | null
  readonly model: (key: string) => Model | null
  readonly priceGbp: (cardKey: string) => Sourced | null
  readonly money: Omit<MoneyInputs, 'priceGbp' | 'idleW'>
  /** Sources of tariff, years and other defaults, as a sentence. */
  readonly moneySource: string
  readonly limit: (run: RunRecord) => Known<PhysicalLimit>
  readonly fit: (run: RunRecord, cardKey: string) => Known<FitVerdict>
}
