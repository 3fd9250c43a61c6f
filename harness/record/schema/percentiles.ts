import { z } from 'zod'
import { measuredSchema } from '../measured.ts'

/** Linear-interpolation percentiles with the number of samples; p95 is missing for fewer than 20, p99 for fewer than 100. */
export const percentilesSchema = z
  .object({
    p50: measuredSchema.describe('median'),
    p90: measuredSchema.describe('90th percentile'),
    p95: measuredSchema
      .optional()
      .describe('95th percentile, of 20 values or more; absent in records from before 0.7.0'),
    p99: measuredSchema.describe('99th percentile, of 100 values or more'),
    mean: measuredSchema.describe('mean'),
    max: measuredSchema.describe('largest value'),
    n: z.int().nonnegative().describe('number of values'),
  })
  .meta({ id: 'percentiles' })
