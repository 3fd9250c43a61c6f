import { JoulemarkError } from '../../errors.ts'
import { type WallSourceName, wallSources } from '../../record/schema/wall-sources.ts'

/** What was asked for: all that is found, nothing, or sources by name. */
export type WallAsked = 'auto' | 'off' | readonly WallSourceName[]

/** The words of `--wall`. Throws `bad-input` in one line. */
export function parseWall(text: string): WallAsked {
  const words = text.split(',').map((word) => word.trim())
  const [first] = words
  if (words.length === 1 && (first === 'auto' || first === 'off')) return first
  const unknown = words.find((word) => !wallSources.includes(word as WallSourceName))
  if (unknown === undefined) return [...new Set(words as WallSourceName[])]
  throw new JoulemarkError('bad-input', `--wall ${unknown}: expected auto, off, or some of ${wallSources.join(', ')}`)
}

export const wallText = (asked: WallAsked): string => (typeof asked === 'string' ? asked : asked.join(','))
