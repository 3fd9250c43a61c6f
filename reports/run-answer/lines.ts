import { styleText } from 'node:util'
import { printable, wrapTo } from '../render/plain-text.ts'

/** A line of an answer on a terminal, not yet broken to its width. */
export interface AnswerLine {
  readonly text: string
  readonly style?: 'bold' | 'dim' | 'green' | 'yellow' | 'red'
  /** Columns by which later lines of a broken one are indented. */
  readonly hang?: number
  /** `cut`: one line, cut where the terminal ends; all of it is in the record, and with --verbose. `whole`: a path or command, never broken. */
  readonly fit?: 'cut' | 'whole'
  /**
   * Words that follow a whole text. Those of lines that stand together are in one column, or indented below a text that leaves
   * no room for them.
   */
  readonly note?: string
}

/** How wide a terminal is, and whether it has colours. */
export interface Terminal {
  /** Null where the text goes to a file or a pipe: lines then keep their length. */
  readonly columns: number | null
  readonly color: boolean
}

/** Wider lines are hard to read. */
const WIDEST = 100
const NARROWEST = 40

/** Lines as text, ending in a line feed: broken at words or cut, so that none is wider than the terminal. */
export function linesText(lines: readonly AnswerLine[], { columns, color }: Terminal): string {
  const width = columns === null ? Number.POSITIVE_INFINITY : Math.max(NARROWEST, Math.min(columns, WIDEST))
  const columnOf = noteColumns(lines, width)
  return lines
    .flatMap((line) => {
      const { text: given, style, hang = 2, fit, note } = line
      const text = printable(given)
      const parts =
        fit === undefined
          ? broken(text, width, hang)
          : fit === 'cut'
            ? [cut(text, width)]
            : note === undefined
              ? [text]
              : noted(text, printable(note), columnOf(line) ?? 0, hang)
      return style !== undefined && color
        ? parts.map((part) => styleText(style, part, { validateStream: false }))
        : parts
    })
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}

/** Rows that lines take on a terminal; a line that is not broken wraps at its edge. Lines of a file are as many as there are. */
export function rowsOf(lines: readonly AnswerLine[], terminal: Terminal): number {
  const shown = linesText(lines, { ...terminal, color: false })
    .split('\n')
    .slice(0, -1)
  const { columns } = terminal
  return columns === null
    ? shown.length
    : shown.reduce((rows, line) => rows + Math.max(1, Math.ceil(line.length / columns)), 0)
}

/** A name and what follows it, in the columns of a list. */
export const named = (name: string, text: string): AnswerLine => ({
  text: `${name.padEnd(NAME_WIDTH)}${text}`,
  hang: NAME_WIDTH,
})
const NAME_WIDTH = 10

/** Columns between a text and the words that follow it. */
const GAP = 3

/** Where the notes of a line begin: in one column for the lines with notes that stand together, where all of these notes fit. */
function noteColumns(lines: readonly AnswerLine[], width: number): (line: AnswerLine) => number | undefined {
  const columns = new Map<AnswerLine, number>()
  const together: AnswerLine[] = []
  const close = () => {
    const longest = Math.max(0, ...together.map(({ note = '' }) => note.length))
    const fitting = together.map(({ text }) => text.length + GAP).filter((column) => column + longest <= width)
    for (const line of together) columns.set(line, Math.max(0, ...fitting))
    together.length = 0
  }
  for (const line of lines) {
    if (line.note === undefined) close()
    else together.push(line)
  }
  close()
  return (line) => columns.get(line)
}

/** A text that is never broken, and the words that follow it. */
const noted = (text: string, note: string, column: number, hang: number): string[] =>
  text.length + GAP <= column ? [`${text.padEnd(column)}${note}`] : [text, `${' '.repeat(hang + 2)}${note}`]

const blankStart = /^ */
function broken(text: string, width: number, hang: number): string[] {
  if (text.length <= width) return [text]
  // spaces between a name and its text are columns, no places to break at
  const start = text.slice(0, hang).trimEnd().length < hang ? text.slice(0, hang) : (blankStart.exec(text)?.[0] ?? '')
  const indent = ' '.repeat(hang)
  const [first = '', ...rest] = wrapTo(text.slice(start.length), width - hang)
  return [`${start}${first}`, ...rest.map((line) => `${indent}${line}`)]
}

/** Cut at a word, with an ellipsis. */
function cut(text: string, width: number): string {
  if (text.length <= width) return text
  const whole = text.slice(0, width - 1)
  const space = whole.lastIndexOf(' ')
  return `${(space > width / 2 ? whole.slice(0, space) : whole).replace(/[\s,;:]+$/, '')}…`
}
