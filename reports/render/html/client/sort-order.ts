/** The sort key of a cell: its number, or its text where it has none. */
export interface SortKey {
  readonly number: number | null
  readonly text: string
}

/** The order of two cells. Cells without a number stay at the end in both directions. */
export function compareKeys(a: SortKey, b: SortKey, descending: boolean): number {
  const sign = descending ? -1 : 1
  if (a.number !== null && b.number !== null) return sign * (a.number - b.number)
  if (a.number === null && b.number === null) return sign * a.text.localeCompare(b.text)
  return a.number === null ? 1 : -1
}
