import { z } from 'zod'
import { sourceKinds } from '../sourced.ts'

/**
 * A card of which not everything is known: an own card of joulemark.yaml, or one that described itself. A field that is
 * absent is unknown, and null means that the card has none (FP4, NVLink, an adjustable power limit). Every `Card` of the
 * bundled catalogue is such an entry with nothing unknown.
 */

const sourced = <Value extends z.ZodType>(value: Value) =>
  z.object({
    value,
    source: z.string(),
    date: z.string(),
    kind: z.enum(sourceKinds),
  })

/** Values of a card that are one number with its source, with what each is; the unit is part of the name. */
export const cardNumbers = {
  smCount: 'streaming multiprocessors',
  cudaCores: 'CUDA cores',
  tensorCores: 'tensor cores',
  boostGhz: 'SM clock at which the rates below hold',
  vramGb: 'memory as sold, in GB',
  memoryDataRateGbps: 'data rate per pin: twice the memory clock of nvidia-smi',
  memoryBusBits: 'width of the memory bus',
  memoryBandwidthGBs: 'memory bandwidth; bus width x data rate / 8 unless given',
  cudaBytes: 'memory available to CUDA, in bytes (cudaMemGetInfo)',
  l2Mb: 'L2 cache, in MiB',
  fp16Tflops: 'dense 16-bit rate with FP32 accumulation (half of a rate "with sparsity")',
  int8Tops: 'dense INT8 rate',
  tdpW: 'default power limit',
  idleW: 'power with a server up and nothing to do',
} as const

/** The same for numbers that a card may not have: null says so. */
export const cardNumbersOrNone = {
  smiMemoryMiB: 'memory.total of nvidia-smi',
  fp8Tflops: 'dense FP8 rate with FP32 accumulation; null: the card has no FP8',
  fp8PeakTflops: 'dense FP8 rate in the fastest mode, where it is higher; null: the card has no FP8',
  fp4Tflops: 'dense FP4 rate; null: the card has no FP4',
  minPowerLimitW: 'lowest power limit that nvidia-smi -pl takes',
  maxPowerLimitW: 'highest power limit that nvidia-smi -pl takes',
  nvlinkGBs: 'NVLink, both ways together; null: the card has none',
} as const

export type CardNumber = keyof typeof cardNumbers
export type CardNumberOrNone = keyof typeof cardNumbersOrNone

/** How the CPU uses the memory of a card, and the states of ECC: the words of the catalogue. */
export const memorySharing = ['no', 'second-pool', 'one-pool'] as const
export const eccStates = ['none', 'toggle-off', 'toggle-on', 'always'] as const
const pcieLink = z.object({ gen: z.number(), lanes: z.number() })

const eachOf = <Key extends string, Schema extends z.ZodType>(keys: Readonly<Record<Key, string>>, schema: Schema) =>
  Object.fromEntries(Object.keys(keys).map((key) => [key, schema.optional()])) as Record<Key, z.ZodOptional<Schema>>

export const cardEntrySchema = z.object({
  key: z.string(),
  label: z.string(),
  smiName: z.string(),
  architecture: z.string().optional(),
  computeCapability: z.string().optional(),
  process: sourced(z.string()).optional(),
  memoryType: z.string().optional(),
  memorySharedWithCpu: z.enum(memorySharing).optional(),
  ...eachOf(cardNumbers, sourced(z.number())),
  ...eachOf(cardNumbersOrNone, sourced(z.number()).nullable()),
  pcie: sourced(pcieLink).optional(),
  mig: z.boolean().optional(),
  ecc: sourced(z.enum(eccStates)).optional(),
  slots: sourced(z.string()).optional(),
})

export type CardEntry = Readonly<z.infer<typeof cardEntrySchema>>
