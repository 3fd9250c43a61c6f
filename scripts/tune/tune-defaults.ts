/** Seed of the order, unless another is asked for. */
export const DEFAULT_SEED = 1
