import { z } from 'zod'
import { measuredSchema } from '../measured.ts'

/** What scripts/card-probe.py measured before the server was started: copies, matrix products and links of each GPU. */

const probedCardSchema = z.object({
  uuid: z.string().nullable().describe('null if the torch of the image does not report it'),
  name: z.string().describe('name of the card as torch has it'),
  copyGBs: measuredSchema.describe('copy of 2 GiB within the memory of the card: bytes read and written, GB/s'),
  matrixTflops: measuredSchema.describe(
    'dense matrix products of 8192 x 8192, the second half of two seconds, TFLOP/s',
  ),
  matrixFormat: z.enum(['bf16', 'fp16']).describe('number format of the products: fp16 on cards without bf16'),
  hostToDeviceGBs: measuredSchema.describe('copy from pinned memory of the host, GB/s'),
  deviceToHostGBs: measuredSchema.describe('copy to pinned memory of the host, GB/s'),
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
    torch: z.string().describe('version of torch in the image'),
    cards: z.array(probedCardSchema).min(1).describe('one entry per card that the image sees'),
    pairs: z
      .array(
        z.object({
          from: z.int().nonnegative().describe('place of the source in `cards`, from 0 on'),
          to: z.int().nonnegative().describe('place of the target in `cards`'),
          GBs: measuredSchema.describe('copy from the one to the other, GB/s'),
        }),
      )
      .describe('links between two cards; empty for a single card'),
  }),
  z.object({ reason: z.string().describe('why nothing was measured') }),
])
export type CardProbe = z.infer<typeof cardProbeSchema>
export type ProbedCard = z.infer<typeof probedCardSchema>
