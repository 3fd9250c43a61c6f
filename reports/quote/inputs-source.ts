import { basename } from 'node:path'
import { defaultMoney } from '../../harness/catalogue/prices.ts'
import { JoulemarkError, messageOf } from '../../harness/errors.ts'
import type { Config } from '../../harness/scenario/config/load-config.ts'
import { throwIssues } from '../../harness/scenario/issues.ts'
import { parseYaml } from '../../harness/scenario/yaml-source.ts'
import { type QuoteInputs, quoteInputsSchema } from './inputs.ts'

/** Keys and values as in an inputs file, not yet checked. */
type Given = Readonly<Record<string, unknown>>

/** The text of an inputs file, and the name under which its problems are reported. */
export interface InputsText {
  readonly path: string
  readonly text: string
}

/** The inputs of a quote, and where each was stated. */
export interface StatedInputs {
  readonly inputs: QuoteInputs
  /** Path of the inputs file; null without one. */
  readonly path: string | null
  /** Where a key was stated: the inputs file, joulemark.yaml, or the catalogue; "default" for the others. */
  readonly originOf: (key: keyof QuoteInputs) => string
  /** One line for each key that still works but should be written otherwise. */
  readonly deprecated: readonly string[]
}

const CONFIG = 'joulemark.yaml'

/**
 * The inputs of a quote: the inputs file first, then joulemark.yaml; without an inputs file, the use of the catalogue. Throws
 * `bad-input` with file, line and field of every problem of the inputs file.
 */
export function statedInputs(file: InputsText | null, config: Config): StatedInputs {
  const source = file === null ? null : parseYaml(file.path, file.text)
  const [own, top] = [givenBy(config), mapOf(source?.value)]
  const base = source === null ? merged(catalogue, own) : own
  const given = withoutRivals(merged(base, top), top, own)
  const parsed = quoteInputsSchema.safeParse(given)
  if (!parsed.success) {
    if (source !== null) return throwIssues(source, parsed.error, quoteInputsSchema)
    throw new JoulemarkError('bad-input', `the inputs of the quote: ${messageOf(parsed.error)}`)
  }
  const originOf = (key: string): string =>
    key in top && file !== null
      ? basename(file.path)
      : key in own
        ? CONFIG
        : key in base
          ? `catalogue, ${defaultMoney.utilisation.source}`
          : 'default'
  const rate = parsed.data.vatRate
  const place = file !== null && 'vatRate' in top ? `${file.path}:${source?.lineOfKey([], 'vatRate') ?? 1}` : CONFIG
  const words =
    rate === 0 ? 'vat with its case, such as { case: zero, reason: … }' : `vat: { case: standard, rate: ${rate ?? 0} }`
  return {
    inputs: parsed.data,
    path: file?.path ?? null,
    originOf,
    deprecated: rate === undefined ? [] : [`${place}: vatRate is deprecated; write ${words}`],
  }
}

/**
 * Without the keys of joulemark.yaml that an inputs file replaces by another key: a rate of VAT by its case and the reverse, and
 * an exchange rate by another currency, for which it does not hold.
 */
function withoutRivals(given: Given, top: Given, own: Given): Given {
  const isOtherCurrency =
    'currency' in top && top['currency'] !== (own['currency'] ?? top['currency']) && !('exchangeRate' in top)
  const isInPounds = top['currency'] === 'GBP' && !('exchangeRate' in top)
  const rivals = [
    ...('vat' in top && !('vatRate' in top) ? ['vatRate'] : []),
    ...('vatRate' in top && !('vat' in top) ? ['vat'] : []),
    ...(isOtherCurrency || isInPounds ? ['exchangeRate'] : []),
  ]
  return Object.fromEntries(Object.entries(given).filter(([key]) => !rivals.includes(key)))
}

/** The use where no file is given. The tariff of the catalogue is not among what is stated: a price that follows from it is a draft. */
const catalogue: Given = {
  utilisation: defaultMoney.utilisation.value,
}

/** What joulemark.yaml states, by the keys of an inputs file. */
const givenBy = ({ seller, electricity, utilisation, quote }: Config): Given => ({
  ...quote,
  ...(seller === undefined ? {} : { seller }),
  ...(electricity === undefined ? {} : { electricity }),
  ...(utilisation === undefined ? {} : { utilisation }),
})

/** The inputs file over joulemark.yaml: the electricity field by field, everything else as a whole. */
function merged(base: Given, top: Given): Given {
  const electricity = { ...mapOf(base['electricity']), ...mapOf(top['electricity']) }
  return { ...base, ...top, ...(Object.keys(electricity).length === 0 ? {} : { electricity }) }
}

const mapOf = (value: unknown): Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Given) : {}
