/**
 * Turns of a session that are shown together: the first ones alone, later ones by more and more at a time. The bins are the
 * same for every load, so that trials, runs and cards can be compared.
 */
const LAST_TURNS = [1, 2, 3, 5, 8, 12, 16, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000] as const

/** A span of turns, both included. */
export interface TurnBin {
  readonly fromTurn: number
  readonly toTurn: number
}

/** All bins, in order. */
export const turnBins: readonly TurnBin[] = LAST_TURNS.map((toTurn, index) => ({
  fromTurn: (LAST_TURNS[index - 1] ?? 0) + 1,
  toTurn,
}))

/** Index of the bin of a turn, from 1 on; the last one holds all later turns. */
export function turnBinOf(turn: number): number {
  const found = LAST_TURNS.findIndex((last) => turn <= last)
  return found < 0 ? LAST_TURNS.length - 1 : found
}
