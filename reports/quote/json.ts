import type { Quote } from './quote.ts'

/** The quote as JSON: the content of the page, money in whole pence, unit prices in hundredths of a penny. */
export function quoteJson(quote: Quote): string {
  const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? exact(value) : value)
  return `${JSON.stringify(quote, plain, 2).replace(hazards, escaped)}\n`
}

/** An amount that a double cannot hold exactly is written as text. */
const exact = (value: bigint): number | string =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()

/** Characters that a terminal or an enclosing page could interpret: angle brackets, controls, writing direction. */
const hazards = /[<>\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
