import type { Card } from '../catalogue/types.ts'
import type { Activity } from '../physics/power/demand.ts'

/**
 * What others measured of power: tokens/s at several power limits, and watts at a stated load. All on one GPU.
 */

/** One load at several power limits. */
export interface PowerSweep {
  readonly id: string
  readonly card: string
  /** Mean power without a limit that binds, in W. */
  readonly demandW: number
  /** Tokens/s without a limit that binds. */
  readonly tokensPerS: number
  readonly points: readonly { readonly limitW: number; readonly tokensPerS: number }[]
  readonly use: 'fitted' | 'held out'
  readonly source: string
  readonly published: string
  readonly note: string | null
}

const mmbt = {
  card: 'rtx-pro-6000-workstation',
  use: 'fitted',
  source:
    'https://github.com/Light-Heart-Labs/MMBT-Messy-Model-Bench-Tests/tree/main/hardware-tests/vllm-power-sweep-2026-04-29',
  published: '2026-04-30',
  note: 'vLLM; 5 minutes per limit',
} as const
const cmoro = {
  card: 'rtx-5090',
  use: 'held out',
  source: 'https://github.com/sudoingX/qwen38-mtp/pull/47',
  published: '2026-08-17',
} as const
const club3090 = {
  use: 'held out',
  source: 'https://github.com/noonghunna/club-3090/blob/master/docs/HARDWARE.md',
  published: '2026-05-14',
} as const

/** Limit in W and tokens/s. */
const points = (...pairs: readonly (readonly [number, number])[]) =>
  pairs.map(([limitW, tokensPerS]) => ({ limitW, tokensPerS }))

export const powerSweeps: readonly PowerSweep[] = [
  {
    ...mmbt,
    id: '27B AWQ, 32 streams',
    demandW: 573,
    // the mean of 600 W includes a minute of a lower clock; its steady part is 1387
    tokensPerS: 1387,
    points: points([500, 1336.5], [450, 1382.1], [400, 1320.2], [350, 1201.5], [300, 1033.5]),
  },
  {
    ...mmbt,
    id: '27B AWQ, 1 stream',
    demandW: 515,
    tokensPerS: 72.1,
    points: points([450, 72], [400, 71.3], [350, 68.6], [300, 62.6]),
  },
  {
    ...mmbt,
    id: '80B-A3B AWQ, 32 streams',
    demandW: 549,
    tokensPerS: 2473,
    points: points([500, 2458.3], [450, 2430.8], [400, 2370.8], [350, 2227.9], [300, 2011.2]),
  },
  {
    ...mmbt,
    id: '80B-A3B AWQ, 1 stream',
    demandW: 488,
    tokensPerS: 163.3,
    points: points([450, 163.1], [400, 161.8], [350, 159], [300, 148.4]),
  },
  {
    ...cmoro,
    id: '27B Q4, 1 stream',
    demandW: 537,
    tokensPerS: 74.8,
    points: points([500, 74.5], [450, 73.5], [400, 71.2]),
    note: 'llama.cpp; power is the 95th percentile of 1 Hz samples',
  },
  {
    ...club3090,
    id: '27B Q3, 1 stream',
    card: 'rtx-4090',
    demandW: 393,
    tokensPerS: 51.96,
    points: points([300, 50.16], [280, 49.36], [260, 48.26]),
    note: 'llama.cpp, whose 3-bit format is mostly arithmetic',
  },
  {
    ...club3090,
    id: '35B-A3B Q4, 1 stream',
    card: 'rtx-3090',
    demandW: 355,
    tokensPerS: 136.8,
    points: points([210, 114.6]),
    note: 'llama.cpp; another process (8 nm) than the card of the fit',
  },
]

/** Tokens/s of one load on one edition at a power limit, as a share of those on the Workstation Edition without one. */
export interface EditionShare {
  readonly card: string
  readonly limitW: number
  readonly share: number
  readonly source: string
  readonly published: string
}

const rtx6kpro = {
  source: 'https://github.com/local-inference-lab/rtx6kpro/blob/master/hardware/blackwell-power-limit-sweep.md',
  published: '2026-05-17',
} as const

/** What such a load does: a matrix product in 16 bits at 391 of 503.8 TFLOPS. */
export const tensorActivity: Activity = {
  busy: 1,
  memoryShare: 0,
  computeShare: 1,
  bandwidthShare: 0.1,
  arithmeticShare: 0.78,
}

/** Tensor load (gpu_burn -tc) relative to the 163,545 Gflop/s of a Workstation card at 600 W; two cards of each edition. */
export const tensorLoad: readonly EditionShare[] = (
  [
    ['rtx-pro-6000-workstation', 300, 0.552],
    ['rtx-pro-6000-workstation', 450, 0.802],
    ['rtx-pro-6000-server', 300, 0.76],
    ['rtx-pro-6000-server', 400, 0.879],
    ['rtx-pro-6000-server', 500, 0.963],
  ] as const
).map(([card, limitW, share]) => ({ card, limitW, share, ...rtx6kpro }))

/** Mean power at a load whose work follows from the source. */
export interface PowerReading {
  readonly id: string
  readonly card: string
  readonly tokensPerS: number
  readonly streams: number
  /** GB that a step reads, and GFLOP of one token: from the parameters of the model. */
  readonly gbPerStep: number
  readonly gflopPerToken: number
  readonly measuredW: number
  /** How far the model may be from it, as a share. */
  readonly tolerance: number
  readonly source: string
  readonly published: string
  readonly note: string | null
}

/** A 27B checkpoint with linear attention and some layers in 16 bits: 17.9 GB read per step, about. */
const READ_27B_GB = 17.9

export const powerReadings: readonly PowerReading[] = [
  {
    id: '27B AWQ, 1 stream',
    card: mmbt.card,
    tokensPerS: 72.1,
    streams: 1,
    gbPerStep: READ_27B_GB,
    gflopPerToken: 54,
    measuredW: 515,
    tolerance: 0.05,
    source: mmbt.source,
    published: mmbt.published,
    note: '511 W at a limit of 600 W, 522 W at 550 W',
  },
  {
    id: '27B AWQ, 32 streams',
    card: mmbt.card,
    tokensPerS: 1387,
    streams: 32,
    // and the states of 32 sequences in 48 layers of linear attention, read and written: about 10 GB
    gbPerStep: READ_27B_GB + 10,
    gflopPerToken: 54,
    measuredW: 573,
    tolerance: 0.05,
    source: mmbt.source,
    published: mmbt.published,
    note: null,
  },
  {
    id: '27B Q4, 1 stream',
    card: cmoro.card,
    tokensPerS: 74.8,
    streams: 1,
    gbPerStep: 16.5,
    gflopPerToken: 54,
    measuredW: 537,
    tolerance: 0.15,
    source: cmoro.source,
    published: cmoro.published,
    note: 'llama.cpp; the 95th percentile of 1 Hz samples, above the mean',
  },
  {
    id: 'Qwen3 4B FP8, 1 stream',
    card: 'rtx-4090',
    tokensPerS: 138,
    streams: 1,
    gbPerStep: 4.41,
    gflopPerToken: 8,
    measuredW: 246,
    tolerance: 0.05,
    source: 'https://github.com/noonghunna/club-3090/issues/697',
    published: '2026-07-13',
    note: 'vLLM 0.19.1',
  },
  {
    id: 'Qwen2.5 3B FP16, 1 stream',
    card: 'rtx-pro-6000-server',
    tokensPerS: 83.1,
    streams: 1,
    gbPerStep: 6.17,
    gflopPerToken: 6.2,
    measuredW: 224,
    tolerance: 0.1,
    source: 'https://hongping-zh.github.io/updates/2026-06-08-rtx-pro6000-fp16-e2e/',
    published: '2026-06-08',
    note: 'Hugging Face without graphs: the GPU waits for more than half of the time',
  },
]

/** Share of the bandwidth at which kernels read: the rest of the time of a reading waits for the next kernel. */
const KERNEL_BANDWIDTH = 0.75

/** What the card did during a reading. */
export function readingActivity(reading: PowerReading, card: Card): Activity {
  const { tokensPerS, streams, gbPerStep, gflopPerToken } = reading
  const bandwidthShare = (gbPerStep * (tokensPerS / streams)) / card.memoryBandwidthGBs.value
  return {
    busy: 1,
    memoryShare: Math.min(1, bandwidthShare / KERNEL_BANDWIDTH),
    computeShare: 0,
    bandwidthShare,
    arithmeticShare: (tokensPerS * gflopPerToken) / 1000 / card.fp16Tflops.value,
  }
}
