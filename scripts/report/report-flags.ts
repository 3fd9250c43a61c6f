import type { MoneyFlags } from '../support/money/stated-money.ts'

/** Flags of `report`; the command line has checked the numbers. */
export interface ReportFlags extends MoneyFlags {
  readonly format: string
  readonly out: string
  readonly claims?: string
  readonly all?: boolean
  readonly for?: 'lab' | 'customer'
  readonly title?: string
  readonly author?: string
  /** For customers only. */
  readonly logo?: string
  readonly site?: string
  readonly withClaims?: boolean
  /** For customers only: print what joulemark.yaml states about money. */
  readonly ownPrices?: boolean
  /** Store that `store:` arguments are about. */
  readonly store?: string
  /** With --format openmetrics: runs to judge against. */
  readonly baseline?: string
}
