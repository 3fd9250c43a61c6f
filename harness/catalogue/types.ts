import type { z } from 'zod'
import type { attentionGroupSchema, describedModelSchema, modelSchema, partlyKnownModelSchema } from './model-schema.ts'
import type { Source, Sourced } from './sourced.ts'

export type { Source, Sourced }

export interface PcieLink {
  readonly gen: number
  readonly lanes: number
}

export interface Card {
  readonly key: string
  /** Short name for tables, such as "RTX 4090". */
  readonly label: string
  /** The exact `name` that nvidia-smi prints. */
  readonly smiName: string
  readonly architecture: string
  readonly process: Sourced<string>
  readonly computeCapability: string
  readonly smCount: Sourced
  readonly cudaCores: Sourced
  readonly tensorCores: Sourced
  /** SM clock at which the rates below hold: the rated boost or, where the rates are stated at a lower clock, that. */
  readonly boostGhz: Sourced
  readonly vramGb: Sourced
  readonly memoryType: string
  /** Whether the CPU uses the same memory: not at all, as a second pool that both reach, or as the only pool there is. */
  readonly memorySharedWithCpu: 'no' | 'second-pool' | 'one-pool'
  readonly memoryDataRateGbps: Sourced
  /** `memory.total` as nvidia-smi prints it; null where it prints "Not Supported". */
  readonly smiMemoryMiB: Sourced | null
  /** Memory available to CUDA (cudaMemGetInfo total), in bytes. Fit tests use this, never the marketing GB. */
  readonly cudaBytes: Sourced
  readonly memoryBusBits: Sourced
  readonly memoryBandwidthGBs: Sourced
  readonly l2Mb: Sourced
  /** Dense, FP32 accumulate, as used by vLLM's kernels. */
  readonly fp16Tflops: Sourced
  readonly fp8Tflops: Sourced | null
  readonly int8Tops: Sourced
  readonly fp4Tflops: Sourced | null
  /** The highest dense rate of any accumulate mode: the physical limit for FP8 on GeForce. */
  readonly fp8PeakTflops: Sourced | null
  /** The default power limit of the board. */
  readonly tdpW: Sourced
  /** The lowest limit that `nvidia-smi -pl` takes; null where no source gives it, or where the card has no limit. */
  readonly minPowerLimitW: Sourced | null
  /** The highest limit of any board of this card: no true sample is far above it. Null where the card has no limit. */
  readonly maxPowerLimitW: Sourced | null
  /** With a server up, its memory held, and nothing to do. */
  readonly idleW: Sourced
  readonly pcie: Sourced<PcieLink>
  /** Both ways together, of all links of one GPU. */
  readonly nvlinkGBs: Sourced | null
  /** Whether the card can be cut into MIG slices (NVIDIA MIG user guide r610, "Supported GPUs"). */
  readonly mig: boolean
  readonly ecc: Sourced<'none' | 'toggle-off' | 'toggle-on' | 'always'>
  readonly slots: Sourced<string>
}

/** Layers of a model whose attention keeps the same kind of state per sequence. */
export type AttentionGroup = z.infer<typeof attentionGroupSchema>

/** A language model whose limits, memory and expected speed can be computed. */
export type Model = z.infer<typeof modelSchema>

/** A model whose layers are not known: its tensors bound its limit. */
export type PartlyKnownModel = z.infer<typeof partlyKnownModelSchema>

/** A model as its files describe it. */
export type DescribedModel = z.infer<typeof describedModelSchema>
