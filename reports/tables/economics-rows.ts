import type { Assumptions } from '../money-model.ts'

/** The rows of the economics that follow from prices and assumptions, with the digits they are shown in. */
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

/** A fraction as `40 %`, exact enough to be recognised as what was typed in. */
export const percentText = (fraction: number): string => `${Number((fraction * 100).toPrecision(6))} %`

/** The rows whose heads name an assumption. */
export const moneyRowLabels = {
  'annual-electricity': ({ utilisation, tariffGbpPerKwh }: Assumptions): string =>
    `Annual electricity @ ${utilisation === 1 ? '24/7' : `${percentText(utilisation)} use`} £${tariffGbpPerKwh}/kWh`,
  'capex-per-year': ({ years }: Assumptions): string => `£/year capex (${years}-yr)`,
} as const
