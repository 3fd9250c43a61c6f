import { z } from 'zod'
import { positiveInt } from '../schema-parts.ts'

/** Lengths in tokens as a scenario states them: one number, or a distribution with bounds. */

/** Longest prompt or answer that a scenario may ask for, in tokens. */
export const MOST_LENGTH_TOKENS = 2_000_000
/** Lengths of an empirical distribution that a scenario holds; of a longer file its quantiles are kept. */
export const MOST_LENGTH_VALUES = 1000

const tokens = positiveInt.max(MOST_LENGTH_TOKENS)

const bounds = {
  min: tokens.default(1).describe('no length is shorter'),
  max: tokens.describe('no length is longer'),
} as const

/** Mean and standard deviation of the distribution before it is cut at its bounds. */
const moments = {
  mean: z.number().positive().max(MOST_LENGTH_TOKENS).describe('in tokens, before the bounds cut the distribution'),
  deviation: z.number().positive().max(MOST_LENGTH_TOKENS).describe('standard deviation in tokens, likewise'),
} as const

const distributionSchema = z.discriminatedUnion('distribution', [
  z.strictObject({ distribution: z.literal('uniform').describe('every length between the bounds'), ...bounds }),
  z.strictObject({ distribution: z.literal('normal').describe('most near the mean'), ...moments, ...bounds }),
  z.strictObject({
    distribution: z.literal('lognormal').describe('many short ones and a few long ones, as in real traffic'),
    ...moments,
    ...bounds,
  }),
  z.strictObject({
    distribution: z.literal('empirical').describe('lengths that were seen, each equally likely'),
    file: z
      .string()
      .min(1)
      .optional()
      .describe('text, CSV or JSONL file with one length per line, relative to the scenario file'),
    column: z.string().min(1).optional().describe('column of a CSV file, or field of a JSONL file, that is the length'),
    values: z
      .array(tokens)
      .min(1)
      .max(MOST_LENGTH_VALUES)
      .optional()
      .describe(`the lengths, rising; of a file with more than ${MOST_LENGTH_VALUES}, that many of its quantiles`),
    sha256: z.string().optional().describe('digest of the file, written when it is read'),
  }),
])

/** A length of at most `most` tokens, or a distribution of lengths. */
export const lengthSchema = (most: number) =>
  z.union([positiveInt.max(most), distributionSchema]).superRefine((length, context) => {
    if (typeof length === 'number') return
    if (length.distribution === 'empirical') {
      if (length.file === undefined && length.values === undefined) {
        context.addIssue({ code: 'custom', path: ['values'], message: 'expected values, or a file of lengths' })
      }
      if (length.values?.some((tokens, index, values) => tokens < (values[index - 1] ?? 0))) {
        context.addIssue({ code: 'custom', path: ['values'], message: 'expected values that rise' })
      }
      if ((length.values?.at(-1) ?? 0) > most) {
        context.addIssue({ code: 'custom', path: ['values'], message: `expected lengths of at most ${most}` })
      }
      return
    }
    if (length.max < length.min) {
      context.addIssue({ code: 'custom', path: ['max'], message: `expected max to be at least min (${length.min})` })
    } else if (length.max > most) {
      context.addIssue({ code: 'custom', path: ['max'], message: `expected at most ${most}` })
    } else if (length.distribution !== 'uniform' && (length.mean < length.min || length.mean > length.max)) {
      context.addIssue({
        code: 'custom',
        path: ['mean'],
        message: `expected a mean between min and max (${length.min} to ${length.max})`,
      })
    }
  })

/** A distribution of lengths. */
export type LengthDistribution = z.infer<typeof distributionSchema>
/** A length in tokens, or a distribution of lengths. */
export type Length = number | LengthDistribution
