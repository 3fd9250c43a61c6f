import { basename } from 'node:path'
import { plainText } from '../../harness/plain-text.ts'
import type { Quote } from '../../reports/quote/content.ts'
import type { StatedInputs } from '../../reports/quote/inputs-source.ts'
import { internalDocument } from '../../reports/quote/internal/document.ts'
import { showMinor } from '../../reports/quote/money/currency.ts'
import { vatNotices } from '../../reports/quote/money/vat-terms.ts'

/** What the seller has to know before a quote is sent, a line each. For stderr: no file of the customer has it. */
export const sellerNotices = (quote: Quote, { inputs, path }: StatedInputs): string[] =>
  [
    ...leftOut(
      quote,
      (inputs.options ?? []).map(({ name, runs }) => ({ name, isWithoutRuns: runs === undefined })),
      path === null ? 'the file of inputs' : basename(path),
    ),
    ...belowFloor(quote),
    ...vatNotices(quote.vat, inputs),
  ].map(plainText)

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

/** Prices below the floor price, in pounds, of the options whose costs are known. */
function belowFloor(quote: Quote): string[] {
  return internalDocument(quote).options.flatMap(({ name, isBelowFloor, figures }) => {
    const pounds = (key: 'price' | 'floorPrice') =>
      showMinor(figures.find((figure) => figure.key === key)?.value ?? 0, 'GBP')
    return isBelowFloor
      ? [`${name}: ${pounds('price')} is below the floor price ${pounds('floorPrice')} (per server and month)`]
      : []
  })
}
