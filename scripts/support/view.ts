import { plainText } from '../../harness/plain-text.ts'
import { wrapTo } from '../../reports/render/plain-text.ts'
import type { LogEvent } from '../live/log-event.ts'

/** The stream for progress, usually stderr. */
export interface View {
  readonly isTTY: boolean
  readonly color: boolean
  /** Its width now; absent where it is no terminal. */
  readonly columns?: () => number
  /** The terminal that it is, on which a live block can be drawn; absent where there is none. */
  readonly terminal?: Terminal
  write(text: string): void
  /** Writes an event as JSON; absent where the log is text. */
  readonly event?: (event: LogEvent) => void
  /** Keeps a line in a log beside the terminal, which shows it in its live block; absent where there is no such log. */
  readonly keep?: (line: string) => void
}

/** A terminal with a place at its bottom, as far as drawing there goes. */
export interface Terminal {
  readonly isTTY: true
  readonly columns: number
  readonly rows: number
  /** Writes below what stands there, without the secrets of the environment. */
  write(text: string): void
  /** Puts a block below everything that is written from now on; null: there is none any more. */
  place(block: Block | null): void
}

/** A block at the bottom of a terminal: taken away before something is written, and drawn again after it. */
export interface Block {
  hide(): void
  show(): void
}

/** Text of several lines for a terminal: broken at words, so that no word is cut at its edge. Unchanged elsewhere. */
export function brokenAtWords({ columns }: View, text: string): string {
  if (columns === undefined) return text
  const width = columns()
  const lines = text.split('\n').flatMap((line) => {
    const indent = /^ */.exec(line)?.[0] ?? ''
    const room = width - indent.length - HANGING.length
    return room < MIN_ROOM
      ? [line]
      : wrapTo(line.slice(indent.length), room).map((part, at) => indent + (at > 0 ? HANGING : '') + part)
  })
  return lines.join('\n')
}

/** Later lines of a broken one begin with this. */
const HANGING = '  '
/** On a narrower terminal, its own breaks are no worse. */
const MIN_ROOM = 20

/**
 * A line that the next one replaces: cut to the width of the terminal, because a line of two rows leaves its first one
 * behind.
 */
export const oneRow = ({ columns }: View, text: string): string =>
  columns === undefined ? text : [...text].slice(0, Math.max(1, columns() - 1)).join('')

/** Writes lines that quote text from outside: names of cards and folders, what servers, drivers and gates answered. */
export const plainLines =
  (write: (text: string) => void) =>
  (line: string): void =>
    write(`${plainText(line)}\n`)
