import { stripVTControlCharacters } from 'node:util'
import { plainText } from '../../harness/plain-text.ts'

/**
 * Text from outside (model names, titles, server messages) as one line that cannot move a cursor, colour a screen
 * or change its reading direction. White space of any kind becomes a space.
 */
export function printable(value: string): string {
  const oneLine = stripVTControlCharacters(value).replace(/[\t\r\n\v\f\u2028\u2029]+/g, ' ')
  return plainText(oneLine.replace(/\p{Cc}+/gu, ''))
}

const combining = /^\p{Mark}$/u
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u

/** Columns that a line takes on a terminal: East Asian wide characters and emoji take two, combining marks none. */
export function displayWidth(line: string): number {
  let width = 0
  for (const character of line) width += combining.test(character) ? 0 : wide.test(character) ? 2 : 1
  return width
}

/** Pads to a display width on the side away from the alignment; longer text is returned as it is. */
export function padTo(line: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(line)))
  return align === 'left' ? line + space : space + line
}

/**
 * Breaks a line into lines of at most `width` columns at spaces (never at no-break spaces); a word that is longer
 * than a line is cut.
 */
export function wrapTo(line: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of line.split(' ')) {
    const joined = current === '' ? word : `${current} ${word}`
    if (displayWidth(joined) <= width) {
      current = joined
      continue
    }
    if (current !== '') lines.push(current)
    const pieces = cutWord(word, width)
    lines.push(...pieces.slice(0, -1))
    current = pieces.at(-1) ?? ''
  }
  return [...lines, current]
}

function cutWord(word: string, width: number): string[] {
  const pieces: string[] = []
  let piece = ''
  for (const character of word) {
    if (piece !== '' && displayWidth(piece + character) > width) {
      pieces.push(piece)
      piece = ''
    }
    piece += character
  }
  return [...pieces, piece]
}
