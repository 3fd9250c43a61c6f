import type { Table } from '../tables/table.ts'
import { formatCell, SIMULATED_NOTE } from './format-cell.ts'

/** The reasons and evidence of a table, each once and in reading order; a cell's number is its index plus one. */
export interface Footnotes {
  readonly texts: readonly string[]
  readonly numberOf: (footnote: string | null) => number | null
}

/** The lines above the notes of a table: what holds for every measured value of it. */
export const tableMarks = ({ simulated, caveat }: Table): string[] => [
  ...(simulated ? [SIMULATED_NOTE] : []),
  ...(caveat === undefined ? [] : [`Every measured value: ${caveat}.`]),
]

/** Collects the footnotes of the cells of a table: why a value is missing, why something is OOM. */
export function footnotesOf(table: Table): Footnotes {
  const numbers = new Map<string, number>()
  for (const row of table.rows) {
    for (const cell of row.cells) {
      const { footnote } = formatCell(cell)
      if (footnote !== null && footnote !== table.caveat && !numbers.has(footnote))
        numbers.set(footnote, numbers.size + 1)
    }
  }
  return {
    texts: [...numbers.keys()],
    numberOf: (footnote) => (footnote === null ? null : (numbers.get(footnote) ?? null)),
  }
}
