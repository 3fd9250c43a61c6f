/** Starts of the server that each side of a comparison should have: fewer say little about how much starts differ. */
export const STARTS_PER_SIDE = 3
