import { basename } from 'node:path'
import { suggestion } from '../../harness/catalogue/nearest.ts'
import { cardOfRun } from '../../harness/catalogue/own/own-cards.ts'
import { askForPrice, defaultMoney, priceOf } from '../../harness/catalogue/prices.ts'
import { JoulemarkError } from '../../harness/errors.ts'
import { servingGpus } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Config } from '../../harness/scenario/config/load-config.ts'
import type { OwnPrice } from '../../harness/scenario/config/schema.ts'
import type { Costs, QuoteInputs } from './inputs.ts'
import type { StatedInputs } from './inputs-source.ts'
import { fromPence } from './money/currency.ts'
import { penceOf } from './money/pence.ts'

/** What is offered in one option, and what it costs its seller. */
export interface OptionTerms {
  readonly name: string
  readonly note: string | null
  readonly servers: number
  /** Price of one server per month ex VAT, as stated, in the currency of the quote; null where it follows from the costs. */
  readonly pricePerMonth: number | null
  readonly setupFee: number | null
  readonly termMonths: number | null
  readonly delivery: string | null
  readonly support: string | null
  /** Null where they are not stated, which is possible only where the price is. */
  readonly costs: Costs | null
  /** Where the costs are from, by what they are. */
  readonly origins: Readonly<Record<'box' | 'electricity' | 'utilisation' | 'margin' | 'other', string>>
  /** Why the price is not one to offer, for the seller; null where it is. */
  readonly whyDraft: string | null
}

/** What is asked for besides the inputs: by flags, or by a command that hands its answer over. */
export interface AskedOption {
  /** Name of the option; null takes the name of its card, or that of the only option of the inputs. */
  readonly name: string | null
  readonly servers?: number
  /** Price of one server per month ex VAT, in pounds. */
  readonly priceGbpPerMonth?: number
  readonly note?: string
}

/**
 * The terms of one option: its own keys of the inputs over those for all options. Where nothing states a price or the cost of
 * the server, the cost is that of its cards alone. Throws `bad-input` where no price follows, and for a name that is not among the
 * options of the inputs, unless a price is handed over with it.
 */
export function optionTerms(
  asked: AskedOption,
  record: RunRecord,
  { inputs, path, originOf }: StatedInputs,
  config: Config,
): OptionTerms {
  const listed = inputs.options ?? []
  const label = cardOfRun(record.card)?.label ?? record.card.name ?? 'Server'
  const own =
    asked.name === null && listed.length === 1 ? listed[0] : listed.find((each) => each.name === (asked.name ?? label))
  // a name that is misspelt must not get the price for all options
  if (own === undefined && listed.length > 0 && asked.priceGbpPerMonth === undefined)
    throw unlisted(
      asked.name ?? label,
      listed.map((each) => each.name),
      path,
    )
  const stated = { ...inputs, ...own }
  const pricePerMonth = askedPrice(asked, inputs) ?? stated.pricePerMonth ?? null
  const name = asked.name ?? own?.name ?? label
  const price = cardPrice(record, config)
  const isPriced = pricePerMonth !== null
  const box = stated.box ?? (price === null ? undefined : boxOfCards(record, price, config))
  if (!isPriced && box === undefined) throw noPriceOf(record)
  const { electricity: { tariffGbpPerKwh = catalogueElectricity.tariffGbpPerKwh, ...room } = catalogueElectricity } =
    stated
  const electricity = { ...room, tariffGbpPerKwh }
  const costs =
    box === undefined
      ? null
      : {
          ...{ box, electricity, utilisation: inputs.utilisation, otherCostsGbpPerMonth: inputs.otherCostsGbpPerMonth },
          marginShareOfPrice: stated.marginShareOfPrice ?? 0,
          minimumMarginShareOfPrice: inputs.minimumMarginShareOfPrice,
        }
  const cardsOnly = `the ${price?.purchaseGbp === undefined ? 'rent' : 'price'} of its cards alone, from ${price?.source} (${price?.date})`
  const place = path === null ? 'options' : basename(path)
  return {
    ...{ name, pricePerMonth, costs },
    note: asked.note ?? stated.note ?? null,
    servers: asked.servers ?? stated.servers ?? 1,
    setupFee: stated.setupFee ?? null,
    termMonths: stated.termMonths ?? null,
    delivery: stated.delivery ?? null,
    support: stated.support ?? null,
    origins: {
      box: stated.box === undefined ? cardsOnly : own?.box === undefined ? originOf('box') : place,
      electricity:
        stated.electricity === undefined
          ? catalogueTariff
          : `${originOf('electricity')}${stated.electricity.tariffGbpPerKwh === undefined ? `; the tariff: ${catalogueTariff}` : ''}`,
      utilisation: originOf('utilisation'),
      margin: own?.marginShareOfPrice === undefined ? originOf('marginShareOfPrice') : place,
      other: originOf('otherCostsGbpPerMonth'),
    },
    whyDraft: isPriced ? null : whyDraft(name, stated, cardsOnly),
  }
}

/** Why a price that nobody stated is not one to offer. */
function whyDraft(
  name: string,
  { box, electricity, marginShareOfPrice }: Pick<QuoteInputs, 'box' | 'electricity' | 'marginShareOfPrice'>,
  cardsOnly: string,
): string | null {
  const causes = [
    ...(box === undefined ? [`it is made from ${cardsOnly}`] : []),
    ...(electricity?.tariffGbpPerKwh === undefined ? ['no tariff of electricity is stated'] : []),
    ...(marginShareOfPrice === undefined ? ['no margin is stated, so it is the cost'] : []),
  ]
  return causes.length === 0 ? null : `${name}: no price is stated: ${causes.join('; ')}`
}

const catalogueTariff = `catalogue, ${defaultMoney.tariffGbpPerKwh.source}`

const catalogueElectricity: Costs['electricity'] = {
  tariffGbpPerKwh: defaultMoney.tariffGbpPerKwh.value,
  pue: defaultMoney.pue.value,
  hostOverhead: 1,
}

/** A price that was asked for, in the currency of the quote. */
const askedPrice = (
  { priceGbpPerMonth }: AskedOption,
  { exchangeRate }: Pick<QuoteInputs, 'exchangeRate'>,
): number | null =>
  priceGbpPerMonth === undefined ? null : Number(fromPence(penceOf(priceGbpPerMonth), exchangeRate?.perGbp ?? 1)) / 100

/** The problem of an option that the inputs do not list beside those that they do. */
const unlisted = (name: string, listed: readonly string[], path: string | null): JoulemarkError =>
  new JoulemarkError(
    'bad-input',
    `option ${name}: is not among the options of ${path ?? 'the inputs'}; ${suggestion(name, listed, 'listed')}`,
  )

/** The problem where neither a price nor a cost is known. */
function noPriceOf({ card }: RunRecord): JoulemarkError {
  const label = cardOfRun(card)?.label ?? card.name ?? 'this card'
  return new JoulemarkError('bad-input', askForPrice({ key: card.key, label }, 'pricePerMonth in --inputs FILE'))
}

type KnownPrice = OwnPrice & { readonly isOwn: boolean }

/** The price of one card of the run: the user's own, or that of the catalogue. */
function cardPrice({ card }: RunRecord, config: Config): KnownPrice | null {
  if (card.key === null) return null
  const own = config.prices?.[card.key]
  if (own !== undefined) return { ...own, isOwn: true }
  const bundled = priceOf(card.key)
  return bundled && { purchaseGbp: bundled.value, source: bundled.source, date: bundled.date, isOwn: false }
}

/** The cost of a server as that of its cards alone. */
function boxOfCards({ gpus }: RunRecord, { purchaseGbp, rentGbpPerMonth }: KnownPrice, config: Config): Costs['box'] {
  const count = Math.max(1, servingGpus(gpus).length)
  const { writeOffMonths = defaultMoney.years.value * 12 } = config
  const gbp = (each: number) => Math.round(each * count * 100) / 100
  return purchaseGbp === undefined
    ? { rentGbpPerMonth: gbp(rentGbpPerMonth ?? 0), writeOffMonths }
    : { capexGbp: gbp(purchaseGbp), writeOffMonths }
}
