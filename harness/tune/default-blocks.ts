/**
 * Blocks at most, unless more or fewer are asked for; a tuning ends before that where all is decided. A search needs more of them:
 * two before it refines, and one for each halving. `npm run bench:tune` plays both.
 */
export const DEFAULT_BLOCKS = { grid: 6, search: 8 } as const
