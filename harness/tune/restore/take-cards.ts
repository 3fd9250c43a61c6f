import type { CardState } from '../settings/cards.ts'

/** Cards that this process holds, as they are since it holds them. */
export interface TakenCards {
  readonly cards: readonly CardState[]
  readonly giveUp: () => void
}

/**
 * Claims cards and then reads them. What is read before a claim may be the limit of a tuning that is ending, which would be given
 * back as if it had been found. Throws what the two throw; then no card is held.
 */
export async function takeCards(
  read: () => Promise<readonly CardState[]>,
  claim: (cards: readonly CardState[]) => () => void,
): Promise<TakenCards> {
  // the names alone count of this reading: they tell a simulated card from a real one
  const giveUp = claim(await read())
  try {
    return { cards: await read(), giveUp }
  } catch (error) {
    giveUp()
    throw error
  }
}
