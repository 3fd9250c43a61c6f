import { basename } from 'node:path'
import { plainText } from '../../harness/plain-text.ts'
import type { Quote } from '../../reports/quote/content.ts'
import { datedNotices } from '../../reports/quote/dated-inputs.ts'
import type { StatedInputs } from '../../reports/quote/inputs-source.ts'
import { internalDocument } from '../../reports/quote/internal/document.ts'
import { showMinor } from '../../reports/quote/money/currency.ts'
import { vatNotices } from '../../reports/quote/money/vat-terms.ts'
import { lossesOf } from './below-cost.ts'

/** What the seller has to know before a quote is sent, a line each. For stderr: no file of the customer has it. */
export function sellerNotices(quote: Quote, stated: StatedInputs): string[] {
  const { inputs, path } = stated
  const listed = (inputs.options ?? []).map(({ name, runs }) => ({ name, isWithoutRuns: runs === undefined }))
  const file = path === null ? 'the file of inputs' : basename(path)
  return [
    ...leftOut(quote, listed, file),
    ...lossesOf(quote),
    ...belowFloor(quote),
    ...vatNotices(quote.vat, inputs),
    ...datedNotices(quote, stated),
  ].map(plainText)
}

interface Listed {
  readonly name: string
  readonly isWithoutRuns: boolean
}

/** The options of the inputs that are not on the quote, and why. */
function leftOut({ options }: Quote, listed: readonly Listed[], file: string): string[] {
  const quoted = options.map(({ name }) => name)
  return listed
    .filter(({ name }) => !quoted.includes(name))
    .map(
      ({ name, isWithoutRuns }) =>
        `option ${name}: is omitted: ${isWithoutRuns ? `${file} lists no runs for it` : 'it was not asked for'}`,
    )
}

/** Prices below the floor price but not below cost, in pounds, of the options whose costs are known. */
function belowFloor(quote: Quote): string[] {
  return internalDocument(quote).options.flatMap(({ name, isBelowFloor, figures }, place) => {
    const pence = (key: 'price' | 'floorPrice' | 'margin') => figures.find((figure) => figure.key === key)?.value ?? 0
    // a draft without a price offers none
    if (!isBelowFloor || pence('margin') < 0 || quote.options[place]?.perServerMinor === null) return []
    const [price, floor] = [pence('price'), pence('floorPrice')]
    return [
      `${name}: ${showMinor(price, 'GBP')} is ${showMinor(floor - price, 'GBP')} below the floor price, ${showMinor(floor, 'GBP')} (per server and month)`,
    ]
  })
}
