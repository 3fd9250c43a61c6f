import { z } from 'zod'

const nullableNumber = z.number().nullable()

/** First against last third of a trial, or first against last trial; null with a reason where it cannot be said. */
export const driftCheckSchema = z.object({
  changeShare: nullableNumber.describe('tokens/s of the last part over those of the first, less 1'),
  p: nullableNumber.describe('p of no change, not corrected for the number of trials'),
  drifts: z.boolean(),
  reason: z.string().optional(),
})

/** Whether a run held still: by trial, over the trials, and the figures of its cold start and its soaked end. */
export const driftSchema = z.object({
  trials: z.array(
    driftCheckSchema.extend({
      index: z.int().nonnegative(),
      firstTokensPerS: nullableNumber,
      lastTokensPerS: nullableNumber,
    }),
  ),
  trend: driftCheckSchema,
  coldBurstTokensPerS: nullableNumber.describe('first third of the first trial, right after the warm-up'),
  soakedTokensPerS: nullableNumber.describe('last third of the last trial'),
  findings: z.array(z.string()),
})

export type DriftCheck = z.infer<typeof driftCheckSchema>
export type Drift = z.infer<typeof driftSchema>
