import type { Quote } from './quote.ts'

/** The quote for a machine: the same as on the page, money as whole pence, prices a unit in hundredths of a penny. */
export function quoteJson(quote: Quote): string {
  const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? exact(value) : value)
  return `${JSON.stringify(quote, plain, 2).replace(hazards, escaped)}\n`
}

/** A number too great for a double would lose its pence; as text it keeps them. */
const exact = (value: bigint): number | string =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()

/** What a terminal or a page around the document could take for its own: angle brackets, controls, writing direction. */
const hazards = /[<>\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
