/**
 * A share as people write it, `3%` or `0.03`, as a fraction of 1; null for what is not a number of at least 0. What
 * range makes sense is for the caller to say. The one reader of shares: scenario files, quote inputs and flags use it.
 */
export function parseShare(text: string): number | null {
  const match = /^(\d+(?:\.\d*)?|\.\d+)\s*(%?)$/.exec(text.trim())
  return match ? Number(match[1]) / (match[2] ? 100 : 1) : null
}
