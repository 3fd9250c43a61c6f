import { z } from 'zod'
import { measuredSchema } from '../measured.ts'

/** Linear-interpolation percentiles with the number of samples; p95 is missing for fewer than 20, p99 for fewer than 100. */
export const percentilesSchema = z
  .object({
    p50: measuredSchema,
    p90: measuredSchema,
    p95: measuredSchema.optional().describe('absent in records from before 0.7.0'),
    p99: measuredSchema,
    mean: measuredSchema,
    max: measuredSchema,
    n: z.int().nonnegative(),
  })
  .meta({ id: 'percentiles' })
