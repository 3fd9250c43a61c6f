import { from } from './sourced.ts'
import type { Sourced } from './types.ts'

/** What people pay and assume, in GBP. All of it is an input: a person may set each, and reports print what was used. */

const article = from('gigagpu.com, RTX 4090 24GB vs RTX 6000 Pro 96GB: "typical UK 2026"', 'press')
const articleMoney = from('gigagpu.com, RTX 4090 24GB vs RTX 6000 Pro 96GB: cost of ownership', 'press')
const scope = (why: string) => from(why, 'assumed')

/** The article prices one "RTX 6000 Pro" and does not say which edition: all three carry it. */
const prices: Readonly<Record<string, Sourced>> = {
  'rtx-4090': article(1300),
  'rtx-pro-6000-max-q': article(8500),
  'rtx-pro-6000-workstation': article(8500),
  'rtx-pro-6000-server': article(8500),
}

/** Price of one card in GBP; null where no UK price with a source is known, and then a person has to give one. */
export const priceOf = (cardKey: string): Sourced | null => prices[cardKey] ?? null

/** The assumptions beside the price, as the metrics take them, each with its source. */
export const defaultMoney = {
  tariffGbpPerKwh: articleMoney(0.18),
  /** Written off in a straight line and to nothing. */
  years: articleMoney(3),
  /** Share of the year under load. */
  utilisation: articleMoney(1),
  /** Power usage effectiveness of the room. */
  pue: scope('the GPU board only: no cooling, host or power-supply losses')(1),
} as const
