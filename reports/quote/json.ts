import type { Quote } from './quote.ts'

/** The quote for a machine: the same as on the page, money as whole pence, prices a unit in hundredths of a penny. */
export function quoteJson(quote: Quote): string {
  const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)
  return `${JSON.stringify(quote, plain, 2)}\n`
}
