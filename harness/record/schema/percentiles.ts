import { z } from 'zod'
import { measuredSchema } from '../measured.ts'

/** Linear-interpolation percentiles with the number of samples; p99 is missing for fewer than 100. */
export const percentilesSchema = z
  .object({
    p50: measuredSchema,
    p90: measuredSchema,
    p99: measuredSchema,
    mean: measuredSchema,
    max: measuredSchema,
    n: z.int().nonnegative(),
  })
  .meta({ id: 'percentiles' })
