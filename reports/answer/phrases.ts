/* Lists and ratios in words. */

/** `A`, `A and B`, `A, B and C`. */
export const joinedAnd = (parts: readonly string[]): string => joinedBy(parts, 'and')

/** `A or B`. */
export const joinedOr = (parts: readonly string[]): string => joinedBy(parts, 'or')

/** Parts with commas of their own are separated by semicolons. */
function joinedBy(parts: readonly string[], word: 'and' | 'or'): string {
  const [last = '', ...before] = parts.toReversed()
  if (before.length === 0) return last
  const hasCommas = parts.length > 2 && parts.some((part) => part.includes(', '))
  return `${before.toReversed().join(hasCommas ? '; ' : ', ')}${hasCommas ? ';' : ''} ${word} ${last}`
}

/** The first few of many, and how many more there are. */
export function firstFew(parts: readonly string[], what: string, most = MOST_NAMED): string {
  const more = parts.length - most
  return more <= 1 ? joinedAnd(parts) : joinedAnd([...parts.slice(0, most), `${more} more ${what}`])
}

const MOST_NAMED = 4

/** How many times as much, in words: `4 times`, `1.8 times`. */
export const timesText = (ratio: number): string =>
  `${Number(ratio.toFixed(ratio >= 10 || Math.abs(ratio - Math.round(ratio)) < 0.05 ? 0 : 1))} times`

/** Between two names: how many times as fast the first is, or that it is no faster; of several ratios, from the least to the largest. */
export function speedAgainst(ratios: readonly number[]): string {
  const [low, high] = [Math.min(...ratios).toFixed(2), Math.max(...ratios).toFixed(2)]
  if (low === '1.00' && high === '1.00') return 'is no faster than'
  return `is ${low === high ? low : `${low} to ${high}`} times as fast as`
}
