import { counted } from '../../harness/units.ts'
import type { Assumptions } from '../money-model.ts'

/** The rows of the economics that follow from prices and assumptions, with their digits. */
export const moneyRowDigits = {
  price: 0,
  'gbp-per-tps': 2,
  'gbp-per-gb': 0,
  'annual-electricity': 0,
  'capex-per-year': 0,
  'total-per-year': 0,
  'gbp-per-million-tokens': 4,
} as const

export type MoneyRowId = keyof typeof moneyRowDigits

/** A fraction as `40 %`, with up to six significant digits. */
export const percentText = (fraction: number): string => `${Number((fraction * 100).toPrecision(6))} %`

/** What every cost rests on: `3 years, £0.18/kWh, utilisation 100 %, PUE 1`. */
export const assumptionsWords = ({ years, tariffGbpPerKwh, utilisation, pue }: Assumptions): string =>
  `${counted(years, 'year')}, £${tariffGbpPerKwh}/kWh, utilisation ${percentText(utilisation)}, PUE ${pue}`

/** Labels of the rows that name an assumption. */
export const moneyRowLabels = {
  'annual-electricity': ({ utilisation, tariffGbpPerKwh }: Assumptions): string =>
    `Electricity, £ per year (${utilisation === 1 ? '24/7' : `${percentText(utilisation)} utilisation`}, £${tariffGbpPerKwh}/kWh)`,
  'capex-per-year': ({ years }: Assumptions): string => `Capex, £ per year (${years} years)`,
} as const
