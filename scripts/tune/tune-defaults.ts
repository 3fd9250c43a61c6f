/** Blocks at most, unless more or fewer are asked for: a tuning ends before that where all is decided. */
export const DEFAULT_BLOCKS = 6
/** Seed of the order, unless another is asked for. */
export const DEFAULT_SEED = 1
