/** By how much a figure differs between healthy cards of one server, and how that is known. */
export interface SiblingSpread {
  /** Standard deviation, as a share of the median. */
  readonly share: number
  /** measured: by others, in public; derived: from measured ones, by the formula in `source`; assumed: no public data was found. */
  readonly basis: 'measured' | 'derived' | 'assumed'
  readonly source: string
}

const BURN =
  'gpu_burn: eight A100 SXM 16.89 to 17.09 TFLOPS (0.4 %; microsoft/superbenchmark, tests/data/gpu_burn.log), sixteen V100 of one server 6.31 to 6.66 (1.1 %; wilicc/gpu-burn issue 12)'

/**
 * What is known of each figure that is compared between the cards of a server. A wide one is taken where several are known. They say
 * nothing of cards in different servers: over five clusters the variation of a compute-bound load was 8 %, outliers up to 1.5 times
 * slower than the median (Sinha and others, SC22, arXiv 2208.11035).
 */
export const siblingSpreads = {
  copyBandwidthGBs: {
    share: 0.005,
    basis: 'measured',
    source:
      'eight H20 1115.7 to 1117.2 GB/s (0.04 %; NVIDIA/nvbandwidth issue 48), eight H100 with small buffers 2475 to 2515 (0.5 %; NVIDIA/nccl issue 1264)',
  },
  matrixTflops: { share: 0.0125, basis: 'measured', source: BURN },
  smClockMHz: {
    share: 0.0125,
    basis: 'derived',
    source: 'at the power limit matrix products follow the clock: their spread; below the limit clocks are equal',
  },
  outputTokensPerS: {
    share: 0.015,
    basis: 'derived',
    source: 'at most that of matrix products (1.25 %), and of starts of one server (0.5 %): 1.35 %, rounded up',
  },
  decodeTokensPerS: { share: 0.015, basis: 'derived', source: 'as for the throughput' },
  memoryBandwidthGBs: {
    share: 0.0125,
    basis: 'derived',
    source:
      'that of a copy (0.5 %), of starts of one server (0.5 %), and of the part of a step that is not memory: 0.7 to 1 %',
  },
  meanPowerW: {
    share: 0.04,
    basis: 'measured',
    source:
      'eight H100 under one load 580 to 650 W, in part over time (huggingface/gpu-fryer issue 4): range of eight / 2.85',
  },
  fromHostGBs: {
    share: 0.04,
    basis: 'measured',
    source: 'eight RTX 4090 of one server 23.9 to 26.4 GB/s (3.9 %; NVIDIA/nvbandwidth issue 15): sockets differ',
  },
  toHostGBs: {
    share: 0.04,
    basis: 'derived',
    source: 'as from the host; measured 26.3 to 27.1 GB/s (1.2 %) on the same eight',
  },
  ttftMsP50: { share: 0.05, basis: 'assumed', source: 'arithmetic, and how prompts meet in the queue' },
  kvCapacityTokens: { share: 0.005, basis: 'assumed', source: 'memory that other programs hold, in blocks' },
  memClockMHz: {
    share: 0.005,
    basis: 'assumed',
    source: 'it has a few fixed values, of which all cards have the same',
  },
} as const satisfies Record<string, SiblingSpread>

/** The spread of a figure; assumed to be that of other servers where it is not listed. */
export function siblingSpread(metric: string, usualSpread: number): SiblingSpread {
  const known: Readonly<Record<string, SiblingSpread>> = siblingSpreads
  return known[metric] ?? { share: usualSpread, basis: 'assumed', source: 'that of cards in different servers' }
}
