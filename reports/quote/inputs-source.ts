import { cardOfRun } from '../../harness/catalogue/own/own-cards.ts'
import { askForPrice, defaultMoney, priceOf } from '../../harness/catalogue/prices.ts'
import { JoulemarkError, messageOf } from '../../harness/errors.ts'
import { servingGpus } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Config } from '../../harness/scenario/config/load-config.ts'
import type { OwnPrice } from '../../harness/scenario/config/schema.ts'
import { throwIssues } from '../../harness/scenario/issues.ts'
import { parseYaml } from '../../harness/scenario/yaml-source.ts'
import { type QuoteInputs, quoteInputsSchema } from './inputs.ts'

/** Keys and values as in an inputs file, not yet checked. */
type Given = { readonly [Key in keyof QuoteInputs]?: unknown }

/** The text of an inputs file, and the name under which its problems are reported. */
export interface InputsText {
  readonly path: string
  readonly text: string
}

/**
 * The inputs of a quote for one server: the inputs file first, then joulemark.yaml, then the catalogue. Where nothing states
 * the cost of the server, it is that of its cards alone, and the quote says so. Throws `bad-input` with file, line and field
 * of every problem of the inputs file, and with what to do where the price of the card is unknown.
 */
export function quoteInputs(record: RunRecord, file: InputsText | null, config: Config): QuoteInputs {
  const source = file === null ? null : parseYaml(file.path, file.text)
  const stated = merged(givenBy(config, source === null), mapOf(source?.value))
  const price = cardPrice(record, config)
  // an inputs file that forgets its server is an error, unless the user's own prices have the card
  const fromCards = stated.box === undefined && (source === null || price?.isOwn === true)
  const given = fromCards ? { ...stated, ...boxOfCards(record, stated, price, config) } : stated
  const parsed = quoteInputsSchema.safeParse(given)
  if (parsed.success) return parsed.data
  if (source !== null) return throwIssues(source, parsed.error, quoteInputsSchema)
  throw new JoulemarkError('bad-input', `the inputs of the quote: ${messageOf(parsed.error)}`)
}

/** What joulemark.yaml states, by the keys of an inputs file; over the defaults of the catalogue where there is no such file. */
function givenBy({ seller, electricity, utilisation, quote }: Config, isAlone: boolean): Given {
  const { tariffGbpPerKwh, pue, utilisation: usual } = defaultMoney
  const defaults = isAlone
    ? { electricity: { tariffGbpPerKwh: tariffGbpPerKwh.value, pue: pue.value }, utilisation: usual.value }
    : {}
  return {
    ...merged(defaults, {
      ...quote,
      ...(seller === undefined ? {} : { seller }),
      ...(electricity === undefined ? {} : { electricity }),
      ...(utilisation === undefined ? {} : { utilisation }),
    }),
  }
}

/** The inputs file over joulemark.yaml: the electricity field by field, everything else as a whole. */
function merged(base: Given, top: Given): Given {
  const electricity = { ...mapOf(base.electricity), ...mapOf(top.electricity) }
  return { ...base, ...top, ...(Object.keys(electricity).length === 0 ? {} : { electricity }) }
}

const mapOf = (value: unknown): Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Given) : {}

type KnownPrice = OwnPrice & { readonly isOwn: boolean }

/** The price of one card of the run: the user's own, or that of the catalogue. */
function cardPrice({ card }: RunRecord, config: Config): KnownPrice | null {
  if (card.key === null) return null
  const own = config.prices?.[card.key]
  if (own !== undefined) return { ...own, isOwn: true }
  const bundled = priceOf(card.key)
  return bundled && { purchaseGbp: bundled.value, source: bundled.source, date: bundled.date, isOwn: false }
}

/** The cost of a server as that of its cards alone, with a line that says so. */
function boxOfCards({ card, gpus }: RunRecord, stated: Given, price: KnownPrice | null, config: Config): Given {
  if (price === null) {
    const label = cardOfRun(card)?.label ?? card.name ?? 'this card'
    throw new JoulemarkError('bad-input', askForPrice({ key: card.key, label }, '--inputs FILE'))
  }
  const count = Math.max(1, servingGpus(gpus).length)
  const { purchaseGbp, rentGbpPerMonth, source, date } = price
  const { files, writeOffMonths = defaultMoney.years.value * 12 } = config
  const without = files.length === 0 ? 'an inputs file' : 'the price of the server'
  const what = purchaseGbp === undefined ? 'rent' : 'price'
  const margin = stated.marginShareOfPrice === undefined ? ', no margin' : ''
  const line = `Made without ${without}: GPU ${what} from ${source} (${date}), no server${margin}.`
  return {
    box:
      purchaseGbp === undefined
        ? { rentGbpPerMonth: Math.round((rentGbpPerMonth ?? 0) * count * 100) / 100 }
        : { capexGbp: Math.round(purchaseGbp * count * 100) / 100, writeOffMonths },
    notPromised: [...(Array.isArray(stated.notPromised) ? stated.notPromised : []), line],
  }
}
