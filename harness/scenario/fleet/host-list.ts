/** Lists of host names as clusters write them: `gpu[1-8,10]`, `rack[01-04]-gpu[1-2]`. */

/** More names than this are a slip of the keyboard. */
const MOST_HOSTS = 10_000

const BRACKETS = /^([^[\]]*)\[([^[\]]*)\](.*)$/s

/**
 * The names that a pattern stands for, in its order; leading zeros are kept (`n[08-10]`: n08, n09, n10). Commas outside of
 * brackets separate patterns. Throws `RangeError`, in words for one field, for brackets that do not match, a range that
 * falls, and over 10,000 names.
 */
export function expandHostList(pattern: string): string[] {
  const names = topLevelParts(pattern).flatMap(expandOne)
  if (names.length > MOST_HOSTS) throw new RangeError(`expected at most ${MOST_HOSTS} names`)
  return names
}

function topLevelParts(pattern: string): string[] {
  const parts: string[] = []
  let [part, depth] = ['', 0]
  for (const letter of pattern) {
    if (letter === '[') depth += 1
    if (letter === ']') depth -= 1
    if (letter === ',' && depth === 0) {
      parts.push(part)
      part = ''
    } else part += letter
  }
  parts.push(part)
  if (parts.includes('')) throw new RangeError('expected a name on both sides of a comma')
  return parts
}

function expandOne(pattern: string): string[] {
  const found = BRACKETS.exec(pattern)
  if (found === null) {
    if (/[[\]]/.test(pattern)) throw new RangeError('expected "[" and "]" in pairs')
    return [pattern]
  }
  const [, head, list, tail] = found as unknown as [string, string, string, string]
  const numbers = list.split(',').flatMap(numbersOf)
  const tails = expandOne(tail)
  if (numbers.length * tails.length > MOST_HOSTS) throw new RangeError(`expected at most ${MOST_HOSTS} names`)
  return numbers.flatMap((number) => tails.map((rest) => `${head}${number}${rest}`))
}

function numbersOf(text: string): string[] {
  const [, low, high] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text) ?? []
  if (low === undefined)
    throw new RangeError(`expected numbers and ranges in brackets, such as [1-8,10], got "${text}"`)
  if (high === undefined) return [low]
  const [from, to] = [Number(low), Number(high)]
  if (to < from) throw new RangeError(`expected a range that rises, got "${text}"`)
  if (to - from >= MOST_HOSTS) throw new RangeError(`expected at most ${MOST_HOSTS} names`)
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index).padStart(low.length, '0'))
}
