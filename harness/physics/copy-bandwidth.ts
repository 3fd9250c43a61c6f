import type { LimitCard } from '../catalogue/own/known.ts'

/** Shares of the datasheet bandwidth that a copy within the memory of one card reaches. */
interface CopyShares {
  readonly expected: number
  /** The slowest healthy card: what the lowest public reading shows, less what its small buffer cost it. */
  readonly low: number
}

/**
 * Public readings of copies within one card, bytes read and written per second over the datasheet (CUDA sample
 * p2pBandwidthLatencyTest, whose buffers of 40 MB read low on HBM and high where they fit the L2; torch for the A800):
 * - HBM: A800 80GB PCIe 1727 of 1935, 89 % (github.com/mli/transformers-benchmarks issue 4); H100 SXM 2959 of 3352, 88 %
 *   (github.com/NVIDIA/cuda-samples issue 392), and 2475 to 2515, 75 %, in another run (github.com/NVIDIA/nccl issue 1264)
 * - GDDR6 and 6X: RTX 3090 838 of 936, 90 % (github.com/NVIDIA/nccl issue 1127); RTX 4090 926 of 1008, 92 %
 *   (github.com/tinygrad/open-gpu-kernel-modules issue 44)
 * - GDDR7: RTX PRO 6000 and RTX 5090 1375 to 1490 of 1792, 77 to 83 % (github.com/voipmonitor/rtx6kpro, pcie-bandwidth.md)
 */
const SHARES: readonly (readonly [RegExp, CopyShares])[] = [
  [/^HBM/, { expected: 0.88, low: 0.75 }],
  [/^GDDR6/, { expected: 0.9, low: 0.78 }],
  [/^GDDR7/, { expected: 0.8, low: 0.7 }],
]

/** What a copy within the memory of one card reaches, in GB/s read and written; null where no public reading tells it. */
export interface CopyExpectation {
  readonly expectedGBs: number
  readonly lowGBs: number
  readonly datasheetGBs: number
}

/** The expectation for a card by the kind of its memory. */
export function copyExpectation(card: LimitCard): CopyExpectation | null {
  const shares = SHARES.find(([kind]) => kind.test(card.memoryType))?.[1]
  if (shares === undefined) return null
  const datasheetGBs = card.memoryBandwidthGBs.value
  return { expectedGBs: shares.expected * datasheetGBs, lowGBs: shares.low * datasheetGBs, datasheetGBs }
}

/** What a copy reached / what it usually reaches on such a card; null where no public reading tells that. */
export function copyShareOf(card: LimitCard, copyGBs: number): number | null {
  const expectation = copyExpectation(card)
  return expectation === null ? null : copyGBs / expectation.expectedGBs
}
