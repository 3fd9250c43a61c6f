import { z } from 'zod'
import { measuredSchema } from '../measured.ts'

/** What scripts/card-probe.py measured before the server was started: copies, matrix products and links of each GPU. */

const probedCardSchema = z.object({
  uuid: z.string().nullable().describe('null if the torch of the image does not report it'),
  name: z.string(),
  copyGBs: measuredSchema.describe('copy of 2 GiB within the memory of the card: bytes read and written per second'),
  matrixTflops: measuredSchema.describe('dense matrix products of 8192 x 8192, the second half of two seconds'),
  matrixFormat: z.enum(['bf16', 'fp16']),
  hostToDeviceGBs: measuredSchema.describe('from pinned memory of the host'),
  deviceToHostGBs: measuredSchema,
  numaNode: z
    .int()
    .nonnegative()
    .nullable()
    .optional()
    .describe(
      'processor socket (NUMA node) of its PCIe link; null if the system does not say; absent in older records',
    ),
})

export const cardProbeSchema = z.union([
  z.object({
    torch: z.string(),
    cards: z.array(probedCardSchema).min(1),
    pairs: z.array(z.object({ from: z.int().nonnegative(), to: z.int().nonnegative(), GBs: measuredSchema })),
  }),
  z.object({ reason: z.string().describe('why nothing was measured') }),
])
export type CardProbe = z.infer<typeof cardProbeSchema>
export type ProbedCard = z.infer<typeof probedCardSchema>
