import type { LimitCard } from '../catalogue/own/known.ts'

/** The GPUs that read: their number, 1 unless given, and the highest memory clock observed. */
export interface Reading {
  readonly gpus?: number
  /** In MHz as nvidia-smi reports it, half the data rate per pin. */
  readonly memClockMHz?: number | null
}

/**
 * Memory bandwidth in GB/s that cannot be exceeded, of all GPUs together: the datasheet's, and for GDDR at the higher of
 * rated and observed memory clock (bandwidth = clock x 2 x bus width / 8). The clock of HBM cannot be raised.
 */
export function peakBandwidthGBs(card: LimitCard, { gpus = 1, memClockMHz = null }: Reading): number {
  const ratedMHz = (card.memoryDataRateGbps.value * 1000) / 2
  const raised = card.memoryType.startsWith('GDDR') ? Math.max(1, (memClockMHz ?? 0) / ratedMHz) : 1
  return card.memoryBandwidthGBs.value * raised * gpus
}

/**
 * Bytes that a step must read from memory: those that the L2 caches (MiB of each GPU) can keep from one step to the
 * next need not be read again.
 */
export const bytesFromMemory = (card: LimitCard, bytes: number, gpus: number): number =>
  Math.max(0, bytes - card.l2Mb.value * 2 ** 20 * gpus)
