import type { SizeInputs } from '../../reports/size/inputs-schema.ts'
import type { MoneyFlags } from '../support/money/stated-money.ts'

/** Flags of `size`. */
export interface SizeFlags extends MoneyFlags {
  readonly scenario?: string
  readonly model?: string
  readonly inputTokens?: string
  readonly outputTokens?: string
  readonly prefixCache?: string
  readonly slo?: string
  readonly goodShare?: number
  readonly users?: number
  readonly requestsPerUserHour?: number
  readonly thinkTime?: number
  readonly requestsPerS?: number
  readonly burstiness?: number
  readonly peakFactor?: number
  readonly growth?: number
  readonly growthMonths?: number
  readonly spare?: number
  readonly cards?: readonly string[]
  readonly rent?: Readonly<Record<string, number>>
  /** File of a case. */
  readonly inputs?: string
  /** File that keeps the case. */
  readonly save?: string
  readonly json?: boolean
  readonly format: string
  readonly out: string
  readonly quote?: boolean
  readonly customer?: string
  readonly quoteInputs?: string
  readonly belowCost?: boolean
  readonly pdf: boolean
  readonly store?: string
}

/** What was stated by flags, by the keys of a file of inputs. */
export function statedBy(runs: readonly string[], flags: SizeFlags): SizeInputs {
  const { thinkTime, rent, price, cards } = flags
  const { scenario, model, inputTokens, outputTokens, prefixCache, slo, goodShare, users } = flags
  const { requestsPerUserHour, requestsPerS, burstiness, peakFactor, growth, growthMonths, spare } = flags
  return defined({
    ...{ scenario, model, inputTokens, outputTokens, prefixCache, slo, goodShare, users, requestsPerUserHour },
    ...{ requestsPerS, burstiness, peakFactor, growth, growthMonths, spare },
    runs: runs.length === 0 ? undefined : [...runs],
    thinkSeconds: thinkTime,
    cards: cards === undefined ? undefined : [...cards],
    rentGbpPerMonth: rent === undefined ? undefined : { ...rent },
    priceGbp: price === undefined ? undefined : { ...price },
  })
}

const defined = (inputs: { readonly [Key in keyof SizeInputs]: SizeInputs[Key] | undefined }): SizeInputs =>
  Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined)) as SizeInputs
