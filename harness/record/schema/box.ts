import { z } from 'zod'

/**
 * alone: one card of a box under load, the others idle. together: all of its cards under load at once. joined: one model
 * over several cards.
 */
export const partKinds = ['alone', 'together', 'joined'] as const

/** What the other cards of a box did during a run, if `box` measured it; the cards of the run itself are its serving GPUs. */
export const boxPartSchema = z.object({
  part: z
    .enum(partKinds)
    .describe('alone: the other cards were idle; together: each had a load of its own; joined: one model over several'),
  cards: z.array(z.string()).describe('UUIDs of all cards of the box that were measured that night'),
  underLoad: z
    .array(z.string())
    .optional()
    .describe(
      'UUIDs of the cards that were loaded at the same time, those of the run included; absent: as `part` says',
    ),
})

export type PartKind = (typeof partKinds)[number]
export type BoxPart = z.infer<typeof boxPartSchema>
