import { JoulemarkError } from '../../harness/errors.ts'
import { plainText } from '../../harness/plain-text.ts'
import type { Quote } from '../../reports/quote/content.ts'
import { internalDocument } from '../../reports/quote/internal/document.ts'
import { showMinor } from '../../reports/quote/money/currency.ts'

/** Throws `negative-result` for a stated price below cost, with what it loses per month, unless it is said to be meant. */
export function requireCoveredCost(quote: Quote, isMeant: boolean): void {
  const losses = lossesOf(quote)
  if (losses.length === 0 || isMeant) return
  throw new JoulemarkError(
    'negative-result',
    plainText(`${losses.join('; ')}; state another price, or --below-cost if that is meant`),
  )
}

/**
 * The stated prices that are below the cost of a month at the stated utilisation, a line each, in pounds. A price that follows from
 * the costs covers them. Where no cost is known, a price of zero is below any.
 */
export function lossesOf(quote: Quote): string[] {
  return internalDocument(quote).options.flatMap(({ name, servers, figures, monthlyMarginPence }, place) => {
    const { pricePerMonth, origins } = quote.options[place]?.inside.terms ?? {}
    if (pricePerMonth === undefined || pricePerMonth === null) return []
    const penceOf = (key: 'price' | 'cost' | 'margin') => figures.find((figure) => figure.key === key)?.value ?? null
    const pounds = (pence: number) => showMinor(pence, 'GBP')
    const [price, cost, margin] = [penceOf('price'), penceOf('cost'), penceOf('margin')]
    if (price === null) return []
    if (cost === null || margin === null)
      return price === 0 ? [`${name}: the price is ${pounds(0)}, and no cost is known`] : []
    if (margin >= 0 || monthlyMarginPence === null) return []
    const all = servers === 1 ? '' : `, ${pounds(-monthlyMarginPence)} for ${servers} servers`
    return [
      `${name}: ${pounds(price)} is below cost, ${pounds(cost)} per server and month (the server: ${origins?.box}): it loses ${pounds(-margin)} per month${all}`,
    ]
  })
}
