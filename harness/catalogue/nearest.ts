import { closest, distance } from 'fastest-levenshtein'

/**
 * The known word nearest to the typed one, or null when none is near enough: a word that contains
 * the typed one (`4090` in `rtx-4090`), else a word of which at most half of the letters differ.
 */
export function nearest(typed: string, known: readonly string[]): string | null {
  const part = typed.toLowerCase()
  const holding = part.length < MIN_PART ? [] : known.filter((word) => word.toLowerCase().includes(part))
  if (holding.length > 0) return closest(typed, holding)
  const near = known.filter((word) => distance(typed, word) <= Math.max(2, Math.floor(word.length / 2)))
  return near.length === 0 ? null : closest(typed, near)
}

/** Shorter parts occur in too many words. */
const MIN_PART = 3

/** Advice for an unknown word: the nearest known word, else all known words after `label`. */
export function suggestion(typed: string, known: readonly string[], label = 'known'): string {
  const near = nearest(typed, known)
  return near ? `did you mean "${near}"?` : `${label}: ${known.join(', ')}`
}
