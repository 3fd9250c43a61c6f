import { displayWidth } from '../../reports/render/plain-text.ts'

/** How a part of a row is painted. */
export type Style = 'bold' | 'dim' | 'cyan' | 'yellow'

/** A part of a row. The parts of the highest rank are the first to go where the row is too narrow. */
export interface RowPart {
  readonly text: string
  /** 0 stays. */
  readonly rank: number
  readonly style?: Style
}

const GAP = '  '

/** What a row shows within a width: as many parts as fit, in their order; what stays but is too wide is cut. */
export function fitted(parts: readonly RowPart[], width: number): RowPart[] {
  const shown = parts.filter(({ text }) => text !== '')
  const over = () => displayWidth(shown.map(({ text }) => text).join(GAP)) > width
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
    const before = cut.length > 0 ? displayWidth(GAP) : 0
    if (room - before <= 0) break
    const text = cutTo(part.text, room - before)
    cut.push({ ...part, text })
    room -= before + displayWidth(text)
  }
  return cut
}

/** The text of a row. */
export const rowText = (parts: readonly RowPart[], paint: (part: RowPart) => string = ({ text }) => text): string =>
  parts.map(paint).join(GAP)

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
