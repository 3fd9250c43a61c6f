import { from } from './sourced.ts'
import type { Sourced } from './types.ts'

/** When the prices beside those of the article were read. */
const READ = '2026-11-26'

/** Default prices and cost assumptions in GBP. Each may be set by the user, and reports print the values used. */

const article = from('gigagpu.com, RTX 4090 24GB vs RTX 6000 Pro 96GB: "typical UK 2026"', 'press')
const articleMoney = from('gigagpu.com, RTX 4090 24GB vs RTX 6000 Pro 96GB: cost of ownership', 'press')
const scope = (why: string) => from(why, 'assumed')

/** Another page of the same UK seller, in whose table the card stands beside the RTX 4090. */
const beside = (card: string, words: string, kind: 'press' | 'derived') =>
  from(`gigagpu.com, RTX 4090 24GB vs ${card}: "Approx UK price (2026)" ${words}`, kind, READ)

/**
 * Prices with a source in the United Kingdom. A price in another currency is not converted, the launch price of a card that
 * is no longer made is not shown as one of today, and what no such source gives is asked for. The article gives one price for
 * "RTX 6000 Pro" without an edition: it is used for all three.
 */
const prices: Readonly<Record<string, Sourced>> = {
  'rtx-4090': article(1300),
  'rtx-pro-6000-max-q': article(8500),
  'rtx-pro-6000-workstation': article(8500),
  'rtx-pro-6000-server': article(8500),
  'rtx-5090': from(
    'NVIDIA, UK price at launch inc. VAT, in UK reviews; shops may ask more',
    'press',
    '2025-01-30',
  )(1939),
  'h100-sxm': beside('H100 80GB', '£25,000+, so the least', 'press')(25_000),
  'a100-80gb': beside('A100 80GB', '£8,000-10,000, the middle of it', 'derived')(9000),
}

/** What was found instead of a price, where something was (pages read on the date above). */
const foundInstead: Readonly<Record<string, string>> = {
  'rtx-3090':
    'it is no longer made, and one UK seller asks £159 per month on one page and £275 on another (gigagpu.com, RTX 3090 vs RTX 4090)',
  'h100-pcie':
    'its UK seller says "slightly lower" than the SXM edition, without a figure (gigagpu.com, RTX 4090 24GB vs H100 80GB)',
  'a100-pcie-80gb':
    'the UK price of an A100 80GB stands beside the figures of the SXM edition (gigagpu.com, RTX 4090 24GB vs A100 80GB)',
  gb10: 'reviews give dollars and euros only ($3,999 at launch)',
  l40s: 'its pages give dollars only',
}

/** Why a card has no price, in words. */
export const whyNoPrice = (cardKey: string): string =>
  foundInstead[cardKey] ?? `no page with a date gives a price in the UK (looked for on ${READ})`

/** Price of one card in GBP; null where no sourced UK price is known, so that the user must give one. */
export const priceOf = (cardKey: string): Sourced | null => prices[cardKey] ?? null

/**
 * What to do where a price is missing. `flag` is how the command takes one, such as `--price`; a card without a key has to be
 * described first.
 */
export function askForPrice(card: { readonly key: string | null; readonly label: string }, flag: string): string {
  const { key, label } = card
  if (key === null)
    return `no price for ${label}: name the card under cards: in joulemark.yaml (joulemark card describe), then its price under prices:`
  return `no price for ${label}: give ${flag} or prices.${key} in joulemark.yaml`
}

/** The cost assumptions besides the price, each with its source. */
export const defaultMoney = {
  tariffGbpPerKwh: articleMoney(0.18),
  /** Linear depreciation to zero. */
  years: articleMoney(3),
  /** Share of the year under load. */
  utilisation: articleMoney(1),
  /** Power usage effectiveness of the data centre. */
  pue: scope('the GPU board only: no cooling, host or power-supply losses')(1),
} as const
