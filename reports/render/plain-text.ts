import { stripVTControlCharacters } from 'node:util'
import { eastAsianWidth } from 'get-east-asian-width'
import { plainText } from '../../harness/plain-text.ts'

/**
 * Text from outside (model names, titles, server messages) as one line that cannot move a cursor, colour a screen
 * or change its reading direction. White space of any kind becomes a space.
 */
export function printable(value: string): string {
  const oneLine = stripVTControlCharacters(value).replace(/[\t\r\n\v\f\u2028\u2029]+/g, ' ')
  return plainText(oneLine.replace(/\p{Cc}+/gu, ''))
}

/** Marks that take no column of their own; spacing marks (Mc) take one. */
const combining = /^[\p{Mn}\p{Me}]$/u

/** Columns that a line takes on a terminal: East Asian wide characters and emoji take two, combining marks none. */
export function displayWidth(line: string): number {
  let width = 0
  for (const character of line) width += columnsOf(character)
  return width
}

const columnsOf = (character: string): number => {
  const code = character.codePointAt(0) ?? 0
  if (code >= 0x20 && code < 0x7f) return 1
  return combining.test(character) ? 0 : eastAsianWidth(code)
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
