/** The management controller of the simulated server: times in ms. A reading is the mean of a time that ended with its last update. */
export const CONTROLLER = { averagingMs: 1000, updateMs: 1000, latencyMs: 400 } as const

/** Fans, CPUs, memory and disks of the simulated server, and what its power supplies lose of the power of a card. */
const HOST_W = 140
const PER_CARD_W = 1.08

/** Power of the simulated server at its plug for cards that draw `cardsW`. */
export const serverW = (cardsW: number): number => HOST_W + PER_CARD_W * cardsW
