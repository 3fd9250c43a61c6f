import type { Answer, Tile, TileFigure } from '../answer/answer.ts'
import { ownOf, sharedOf } from '../answer/shared-of.ts'
import { formatCell } from './format-cell.ts'
import { displayWidth, padTo, printable, wrapTo } from './plain-text.ts'

type Paint = (style: 'bold' | 'dim' | 'green' | 'yellow' | 'red', line: string) => string

const toneStyle = { good: 'green', warn: 'yellow', bad: 'red', plain: null } as const

/** The answer as lines for a terminal: its sentences, one line for each key figure and card, quality, what was measured. */
export function answerLines(
  { isMixed, sentences, tiles, quality, facts }: Answer,
  columns: number,
  paint: Paint,
): string[] {
  const wrapped = (text: string) => wrapTo(printable(text), columns)
  const shared = sharedOf(tiles)
  const width = Math.max(0, ...tiles.map(({ label }) => displayWidth(printable(label))))
  const style = quality === null ? null : toneStyle[quality.tone]
  return [
    ...sentences.flatMap(wrapped),
    '',
    ...(shared === null ? [] : wrapped(`Key figures for ${shared}`).map((line) => paint('dim', line))),
    ...tiles.flatMap((tile) => tileLines(tile, { own: ownOf(tile, shared), isMarked: isMixed, columns, paint, width })),
    ...(tiles.length === 0 ? [] : ['']),
    ...(quality === null ? [] : wrapped(quality.text).map((line) => (style === null ? line : paint(style, line)))),
    ...facts.flatMap(({ label, text }) => wrapped(`${label}: ${text}`).map((line) => paint('dim', line))),
  ]
}

interface TileLayout {
  readonly own: string | null
  /** Simulated figures have a mark: others are live. */
  readonly isMarked: boolean
  readonly columns: number
  readonly paint: Paint
  /** Of the longest label. */
  readonly width: number
}

/** A key figure and its only value on one line, or its label with each card and its value below. */
function tileLines({ label, figures }: Tile, { own, isMarked, columns, paint, width }: TileLayout): string[] {
  const named = printable(own === null ? label : `${label} (${own})`)
  const [only, ...others] = figures
  if (only !== undefined && others.length === 0) {
    const head = padTo(named, width, 'left')
    return valueLines(only, isMarked, columns - width - 2).map((part, at) =>
      `${at === 0 ? paint('bold', head) : ' '.repeat(width)}  ${part}`.trimEnd(),
    )
  }
  const names = figures.map(({ card }) => printable(card?.label ?? ''))
  const cards = Math.max(0, ...names.map(displayWidth))
  return [
    ...wrapTo(named, columns).map((line) => paint('bold', line)),
    ...figures.flatMap((figure, at) =>
      valueLines(figure, isMarked, columns - cards - 4).map((part, line) =>
        `  ${padTo(line === 0 ? names[at]! : '', cards, 'left')}  ${part}`.trimEnd(),
      ),
    ),
  ]
}

function valueLines({ cell, note }: TileFigure, isMarked: boolean, columns: number): string[] {
  const { main, mark, sub } = formatCell(cell)
  const marked = isMarked ? main + mark : main
  return wrapTo(printable([marked, sub, note].filter((part) => part !== null).join('  ')), Math.max(10, columns))
}
