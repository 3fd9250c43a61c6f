import { z } from 'zod'

/** A GPU of the machine as `nvidia-smi -q -x` describes it before the run. A value that it does not report is null. */

const nullableNumber = z.number().nullable()
const nullableString = z.string().nullable()

export const gpuSchema = z.object({
  index: z.int().nullable().describe('number in nvidia-smi; null if it is not known'),
  uuid: z.string().describe('UUID, by which rows and values of a GPU are found'),
  name: z.string().describe('product name by nvidia-smi; it ends in (SIMULATED) on the simulator'),
  driver: nullableString.describe('version of the driver'),
  vbios: nullableString.describe('version of the VBIOS'),
  powerLimitW: nullableNumber.describe('enforced power limit; the requested one where the driver reports only that'),
  powerDefaultLimitW: nullableNumber.describe('default power limit of the card'),
  powerMaxLimitW: nullableNumber.optional().describe('highest power limit that may be set; absent in early records'),
  powerCeilingW: nullableNumber.optional().describe('power samples above are dropped; null if no limit is known'),
  virtualization: nullableString.optional().describe('None, Pass-Through, VGPU or Host VGPU'),
  memoryTotalMiB: nullableNumber.describe('memory of the card'),
  memoryReservedMiB: nullableNumber.describe('memory that driver and firmware keep for themselves'),
  eccMode: nullableString.describe('Enabled or Disabled; null for a card without ECC'),
  persistenceMode: nullableString.describe('Enabled or Disabled'),
  pcie: z
    .object({
      genCurrent: nullableNumber.describe('PCIe generation of the link at that moment: lower while the card idles'),
      genMax: nullableNumber.describe('highest generation that card and slot have together'),
      widthCurrent: nullableNumber.describe('lanes of the link'),
      widthMax: nullableNumber.describe('most lanes that card and slot have together'),
    })
    .describe('the PCIe link'),
  maxSmClockMHz: nullableNumber.describe('highest SM clock'),
  maxMemClockMHz: nullableNumber.describe('highest memory clock'),
  serving: z.boolean().describe('whether this GPU served the model; only serving GPUs count in energy'),
})

export type Gpu = z.infer<typeof gpuSchema>
