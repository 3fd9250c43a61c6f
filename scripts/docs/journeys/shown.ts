import type { Ended } from '../commands/run-command.ts'

/** Lines of an output that a guide shows at most; the rest is counted. */
const MOST_LINES = 24

/** The block of a guide that shows how a command ended. */
export function shownBlock({ text, code }: Ended): string {
  const lines = text.trimEnd().split('\n')
  const cut = lines.length > MOST_LINES + 2
  const shown = cut ? [...lines.slice(0, MOST_LINES), `[${lines.length - MOST_LINES} more lines]`] : lines
  return `\`\`\`text\n${shown.map((line) => line.trimEnd()).join('\n')}\n\`\`\`\n\nExit code ${code}.`
}

/** What differs between two runs of one command on the same records: digests, keys, times of today. */
const VARIES: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{16,64}\b/g, 'HEX'],
  [/\b20\d\d-\d\d-\d\d(T[\d:.]+Z)?\b/g, 'DATE'],
  [/\bQ-?\d{8}-[0-9A-Za-z]+\b/g, 'NUMBER'],
]

/** A block without what differs between two runs of one command on the same records. */
export const comparable = (block: string): string =>
  VARIES.reduce((text, [pattern, word]) => text.replaceAll(pattern, word), block)

/**
 * The words of a block about the machine, each once and without numbers: what a later run must mostly say again, on a machine that is
 * slower or has other faults.
 */
export const wordsOf = (block: string): ReadonlySet<string> =>
  new Set(block.split(/[^\p{L}-]+/u).filter((word) => word.length > 3))

/** The exit code that a block states; null where it states none. */
export function codeOf(block: string): number | null {
  const stated = /^Exit code (\d+)\.$/m.exec(block)?.[1]
  return stated === undefined ? null : Number(stated)
}
