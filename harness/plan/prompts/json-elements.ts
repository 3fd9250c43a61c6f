/** A piece of a file with the line on which it begins, from 1. */
export interface Piece {
  readonly text: string
  readonly line: number
}

const NEWLINE = 10
const QUOTE = 34
const BACKSLASH = 92
const COMMA = 44
const [OPEN_LIST, CLOSE_LIST] = [91, 93]
const [OPEN_MAP, CLOSE_MAP] = [123, 125]
const isSpace = (byte: number): boolean => byte === 32 || byte === NEWLINE || byte === 13 || byte === 9

/** The lines of a file that are not empty. A file may be larger than any string. */
export function* linesOf(bytes: Buffer): Generator<Piece> {
  let line = 0
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(NEWLINE, start)
    const end = found < 0 ? bytes.length : found
    line += 1
    const text = bytes.toString('utf8', start, end).trim()
    if (text !== '') yield { text, line }
    start = end + 1
  }
}

/**
 * The elements of a JSON list, each as its text: of a list that is larger than any string too. Only strings and brackets
 * are followed; whether an element is JSON is for its reader to say. Null where the file does not begin with a list.
 */
export function listElements(bytes: Buffer): Generator<Piece> | null {
  const start = bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0
  let at = start
  let line = 1
  while (at < bytes.length && isSpace(bytes[at] as number)) {
    if (bytes[at] === NEWLINE) line += 1
    at += 1
  }
  return bytes[at] === OPEN_LIST ? elementsFrom(bytes, at + 1, line) : null
}

function* elementsFrom(bytes: Buffer, from: number, firstLine: number): Generator<Piece> {
  let line = firstLine
  let depth = 0
  let isText = false
  let start = -1
  let startLine = line
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at] as number
    if (byte === NEWLINE) line += 1
    if (isText) {
      if (byte === BACKSLASH) at += 1
      else if (byte === QUOTE) isText = false
      continue
    }
    if (depth === 0 && (byte === COMMA || byte === CLOSE_LIST)) {
      if (start >= 0) yield { text: bytes.toString('utf8', start, at), line: startLine }
      start = -1
      if (byte === CLOSE_LIST) return
      continue
    }
    if (start < 0 && !isSpace(byte)) {
      start = at
      startLine = line
    }
    if (byte === QUOTE) isText = true
    else if (byte === OPEN_MAP || byte === OPEN_LIST) depth += 1
    else if (byte === CLOSE_MAP || byte === CLOSE_LIST) depth -= 1
  }
  // the list does not end: what is left of it is no JSON, which its reader says
  yield { text: start < 0 ? '' : bytes.toString('utf8', start, bytes.length), line: start < 0 ? line : startLine }
}
