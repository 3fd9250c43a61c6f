import { closest, distance } from 'fastest-levenshtein'

/**
 * The known word nearest to what was typed, or null when none is near enough to be what was meant
 * (more than half of the letters would have to change).
 */
export function nearest(typed: string, known: readonly string[]): string | null {
  if (known.length === 0) return null
  const best = closest(typed, known)
  return distance(typed, best) <= Math.max(2, Math.floor(best.length / 2)) ? best : null
}

/** What to tell someone who typed an unknown word: the nearest known one, else all of them after `label`. */
export function suggestion(typed: string, known: readonly string[], label = 'known'): string {
  const near = nearest(typed, known)
  return near ? `did you mean "${near}"?` : `${label}: ${known.join(', ')}`
}
