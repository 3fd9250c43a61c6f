import { displayWidth } from '../../reports/render/plain-text.ts'

/** How a part of a row is painted. */
export type Style = 'bold' | 'dim' | 'cyan' | 'yellow'

/** A part of a row. The parts of the highest rank are the first to go where the row is too narrow. */
export interface RowPart {
  readonly text: string
  /** 0 stays. */
  readonly rank: number
  readonly style?: Style
  /** It goes on with the words before it: one space between them, and not two. */
  readonly goesOn?: boolean
}

const gapBefore = ({ goesOn }: RowPart, at: number): string => (at === 0 ? '' : goesOn ? ' ' : '  ')

/** What a row shows within a width: as many parts as fit, in their order; what stays but is too wide is cut. */
export function fitted(parts: readonly RowPart[], width: number): RowPart[] {
  const shown = parts.filter(({ text }) => text !== '')
  const over = () => displayWidth(rowText(shown)) > width
  while (over()) {
    const worst = Math.max(...shown.map(({ rank }) => rank))
    if (worst <= 0) break
    shown.splice(
      shown.findLastIndex(({ rank }) => rank === worst),
      1,
    )
  }
  const cut: RowPart[] = []
  let room = width
  for (const part of shown) {
    const before = gapBefore(part, cut.length).length
    if (room - before <= 0) break
    const text = cutTo(part.text, room - before)
    cut.push({ ...part, text })
    room -= before + displayWidth(text)
  }
  return cut
}

/** The text of a row. */
export const rowText = (parts: readonly RowPart[], paint: (part: RowPart) => string = ({ text }) => text): string =>
  parts.map((part, at) => `${gapBefore(part, at)}${paint(part)}`).join('')

/** Text of at most so many columns; one that is cut ends with `…`. */
function cutTo(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let cut = ''
  for (const character of text) {
    if (displayWidth(cut + character) > width - 1) break
    cut += character
  }
  return width < 1 ? '' : `${cut}…`
}
