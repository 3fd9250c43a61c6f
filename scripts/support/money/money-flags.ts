import { Option } from '@commander-js/extra-typings'
import { defaultMoney } from '../../../harness/catalogue/prices.ts'
import { aboveZero, amount, priceOfCard, pueRatio, share } from '../flag-values.ts'

/* The assumptions behind every cost, as flags of the commands that print one. */

const { tariffGbpPerKwh, years, utilisation, pue } = defaultMoney

export const tariffFlag = new Option(
  '--tariff <gbp>',
  `Electricity in GBP per kWh (default: ${tariffGbpPerKwh.value})`,
).argParser(amount)
export const yearsFlag = new Option('--years <n>', `Years to write off a card (default: ${years.value})`).argParser(
  aboveZero,
)
export const utilisationFlag = new Option(
  '--utilisation <share>',
  `Share of the year under load, such as 0.4 or 40% (default: ${utilisation.value * 100}%)`,
).argParser(share)
export const pueFlag = new Option(
  '--pue <ratio>',
  `Power usage effectiveness of the room (default: ${pue.value})`,
).argParser(pueRatio)
export const priceFlag = new Option(
  '--price <card=gbp>',
  'Price of a card; repeat it for several (default: the catalogue price)',
).argParser(priceOfCard)
