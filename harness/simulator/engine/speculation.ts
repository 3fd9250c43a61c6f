import type { Random } from '../random.ts'

/** Tokens that are drafted a step and sequence, and the chance that the next of them is right. */
export interface Speculation {
  readonly draftTokens: number
  readonly acceptance: number
}

/** How many tokens of a draft are taken: all up to the first that is wrong. */
export function acceptedDrafts({ draftTokens, acceptance }: Speculation, random: Random): number {
  let accepted = 0
  while (accepted < draftTokens && random() < acceptance) accepted += 1
  return accepted
}
