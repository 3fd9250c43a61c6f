/**
 * Parses a share such as `3%` or `0.03` into a fraction of 1; null when it is not a number of at least 0. The caller
 * checks the range. Scenario files, quote inputs and flags use this parser.
 */
export function parseShare(text: string): number | null {
  const match = /^(\d+(?:\.\d*)?|\.\d+)\s*(%?)$/.exec(text.trim())
  return match ? Number(match[1]) / (match[2] ? 100 : 1) : null
}
