import { distance } from 'fastest-levenshtein'

/**
 * The known word nearest to the typed one, or null when none is near enough: a word that contains the typed one (`4090` in
 * `rtx-4090`, `pro6000` in `rtx-pro-6000-max-q`), else a word of which at most half of the letters differ, else one that the
 * typed word contains (`quant` in `quantisation`), else one with the same first part (`fp8_dense` for `fp8_tflops`). Case
 * does not count.
 */
export function nearest(typed: string, known: readonly string[]): string | null {
  const part = typed.toLowerCase()
  const steps = (word: string) => distance(part, word.toLowerCase())
  const holding =
    part.length < MIN_PART ? [] : known.filter((word) => joined(word.toLowerCase()).includes(joined(part)))
  const near = known.filter((word) => steps(word) <= Math.max(2, Math.floor(word.length / 2)))
  const inside = known.filter((word) => word.length > MIN_PART && part.includes(word.toLowerCase()))
  const [head = ''] = part.split(/[_.-]/)
  const sameHead = head.length < MIN_PART ? [] : known.filter((word) => word.toLowerCase().split(/[_.-]/)[0] === head)
  const found = [holding, near, inside, sameHead].find((words) => words.length > 0) ?? []
  const [best = null] = found.toSorted((a, b) => steps(a) - steps(b))
  return best
}

/** A word without its separators, which people leave out. */
const joined = (word: string): string => word.replace(/[\s_.-]/g, '')

/** Shorter parts occur in too many words. */
const MIN_PART = 3

/** Advice for an unknown word: the nearest known word, else all known words after `label`. */
export function suggestion(typed: string, known: readonly string[], label = 'known'): string {
  const near = nearest(typed, known)
  return near ? `did you mean "${near}"?` : `${label}: ${known.join(', ')}`
}
