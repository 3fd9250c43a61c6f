import { z } from 'zod'

/** What a run found over its trials: the metrics with their intervals, and drift. */

const nullableNumber = z.number().nullable()
const unit = z.string().describe('unit of `mean` and `ci95`')

/** A headline metric over the trials: mean, 95 % t-interval of the trial means (null for fewer than 2 trials), number of trials. */
export const metricResultSchema = z.union([
  z.object({
    mean: z.number().describe('mean over the trials'),
    ci95: z
      .tuple([z.number(), z.number()])
      .nullable()
      .describe('95 % confidence interval of the mean, lower and upper end; null for a single trial'),
    n: z.int().nonnegative().describe('trials in the mean'),
    effectiveN: z.number().positive().optional().describe('independent trials that would leave the same uncertainty'),
    unit,
  }),
  z.object({
    mean: z.null().describe('null: the metric is missing in at least one trial, or no trial was run'),
    ci95: z.null().describe('null with `mean`'),
    n: z.int().nonnegative().describe('trials that have the metric'),
    unit,
    reason: z.string().describe('why there is no mean'),
  }),
])

/** First against last third of a trial, or first against last trial; null with a reason if it cannot be computed. */
const driftCheckSchema = z.object({
  changeShare: nullableNumber.describe(
    'tokens/s of the last part / tokens/s of the first part - 1; null if not testable',
  ),
  p: nullableNumber.describe('p of no change, not adjusted for the number of trials; null if not testable'),
  drifts: z
    .boolean()
    .describe('whether the change is 1 % or more and significant at 5 %, adjusted for the number of trials'),
  reason: z.string().optional().describe('why it is not testable; absent if it is'),
})

/** Drift of a run: within each trial, over the trials, and its cold-start and sustained throughput. */
export const driftSchema = z.object({
  trials: z
    .array(
      driftCheckSchema.extend({
        index: z.int().nonnegative().describe('which trial, from 0 on'),
        firstTokensPerS: nullableNumber.describe(
          'output tokens/s in the first third of its window; null if not testable',
        ),
        lastTokensPerS: nullableNumber.describe(
          'output tokens/s in the last third of its window; null if not testable',
        ),
        detectableShare: z
          .number()
          .optional()
          .describe(
            'the change that the test finds in 80 of 100 cases; absent where nothing is testable, and in older records',
          ),
      }),
    )
    .describe('within each trial: the first third of its window against the last'),
  trend: driftCheckSchema.describe('from the first trial to the last; testable from five trials on'),
  coldBurstTokensPerS: nullableNumber.describe('first third of the first trial, right after the warm-up'),
  soakedTokensPerS: nullableNumber.describe('last third of the last trial'),
  findings: z.array(z.string()).describe('one line per trial or trend that drifts; empty if none does'),
})

export type MetricResult = z.infer<typeof metricResultSchema>
export type DriftCheck = z.infer<typeof driftCheckSchema>
export type Drift = z.infer<typeof driftSchema>
