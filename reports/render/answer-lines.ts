import { type Answer, cellsOf, type Tile } from '../answer/answer.ts'
import { isMixed } from '../tables/table.ts'
import { formatCell } from './format-cell.ts'
import { displayWidth, padTo, printable, wrapTo } from './plain-text.ts'

type Paint = (style: 'bold' | 'dim' | 'green' | 'yellow' | 'red', line: string) => string

const toneStyle = { good: 'green', warn: 'yellow', bad: 'red', plain: null } as const

/** The answer as lines for a terminal: its sentences, one line for each key figure and card, quality, what was measured. */
export function answerLines({ sentences, tiles, quality, facts }: Answer, columns: number, paint: Paint): string[] {
  const wrapped = (text: string) => wrapTo(printable(text), columns)
  const style = quality === null ? null : toneStyle[quality.tone]
  return [
    ...sentences.flatMap(wrapped),
    '',
    ...tiles.flatMap((tile) => tileLines(tile, isMixed(cellsOf(tiles)), { columns, paint })),
    ...(tiles.length === 0 ? [] : ['']),
    ...(quality === null ? [] : wrapped(quality.text).map((line) => (style === null ? line : paint(style, line)))),
    ...facts.flatMap(({ label, text }) => wrapped(`${label}: ${text}`).map((line) => paint('dim', line))),
  ]
}

/** `Output throughput`, and under it each card with its figure, marked where other figures are live. */
function tileLines(
  { label, of, figures }: Tile,
  isMarked: boolean,
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): string[] {
  const head = wrapTo(printable(of === null ? label : `${label}: ${of}`), columns).map((line) => paint('bold', line))
  const names = figures.map(({ card }) => printable(card?.label ?? ''))
  const width = Math.max(0, ...names.map(displayWidth))
  const rows = figures.flatMap(({ cell }, at) => {
    const { main, mark, sub } = formatCell(cell)
    const marked = isMarked ? main + mark : main
    const value = printable(sub === null ? marked : `${marked}  ${sub}`)
    return wrapTo(value, Math.max(10, columns - width - 4)).map((part, line) =>
      `  ${padTo(line === 0 ? names[at]! : '', width, 'left')}  ${part}`.trimEnd(),
    )
  })
  return [...head, ...rows]
}
