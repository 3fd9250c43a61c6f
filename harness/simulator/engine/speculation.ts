import type { Random } from '../random.ts'

/** Draft tokens per step and sequence, and the probability that each of them is accepted. */
export interface Speculation {
  readonly draftTokens: number
  readonly acceptance: number
}

/** Number of accepted tokens of a draft: all before the first rejected one. */
export function acceptedDrafts({ draftTokens, acceptance }: Speculation, random: Random): number {
  let accepted = 0
  while (accepted < draftTokens && random() < acceptance) accepted += 1
  return accepted
}
