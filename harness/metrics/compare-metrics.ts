import type { Trial } from '../record/schema.ts'

/** One metric of a comparison. */
export interface ComparedMetric {
  readonly label: string
  readonly unit: string
  readonly digits: number
  readonly better: 'higher' | 'lower'
  /** Metrics that are one quantity in two forms share one hypothesis, and count once among the many. */
  readonly hypothesis: string
  /** Whether a loss in it is a loss of the box: power is not, because tokens/J already says what it bought. */
  readonly decides: boolean
  /** A difference below this many units matters to nobody, whatever its share. */
  readonly floor: number
  readonly of: (trial: Trial) => number | null
}

/**
 * What a comparison looks at, in the order in which it is shown. Decode rate is 1000 / TPOT: the same hypothesis twice.
 * The floors are what the measuring itself adds: a millisecond or two of event loop and network in TTFT, and the
 * granularity of allocations in memory.
 */
export const comparedMetrics = {
  outputTokensPerS: {
    label: 'Output throughput',
    unit: 'tokens/s',
    digits: 1,
    better: 'higher',
    hypothesis: 'throughput',
    decides: true,
    floor: 0,
    of: (trial) => trial.outputTokensPerS,
  },
  decodeTokensPerS: {
    label: 'Decode rate a stream',
    unit: 'tokens/s',
    digits: 1,
    better: 'higher',
    hypothesis: 'pace',
    decides: true,
    floor: 0,
    of: (trial) => trial.decodeTokensPerS,
  },
  ttftMsP50: {
    label: 'TTFT, median',
    unit: 'ms',
    digits: 1,
    better: 'lower',
    hypothesis: 'ttft',
    decides: true,
    floor: 2,
    of: (trial) => trial.ttftMs.p50,
  },
  tpotMsP50: {
    label: 'TPOT, median',
    unit: 'ms',
    digits: 2,
    better: 'lower',
    hypothesis: 'pace',
    decides: true,
    floor: 0,
    of: (trial) => trial.tpotMs.p50,
  },
  tokensPerJ: {
    label: 'Efficiency',
    unit: 'tokens/J',
    digits: 3,
    better: 'higher',
    hypothesis: 'efficiency',
    decides: true,
    floor: 0,
    of: (trial) => trial.tokensPerJ,
  },
  meanPowerW: {
    label: 'Mean power',
    unit: 'W',
    digits: 1,
    better: 'lower',
    hypothesis: 'power',
    decides: false,
    floor: 0,
    of: (trial) => trial.meanPowerW,
  },
  peakMemoryMiB: {
    label: 'Peak memory',
    unit: 'MiB',
    digits: 0,
    better: 'lower',
    hypothesis: 'memory',
    decides: true,
    floor: 64,
    of: (trial) => trial.peakMemoryMiB,
  },
} as const satisfies Record<string, ComparedMetric>

export type ComparedKey = keyof typeof comparedMetrics
export const comparedKeys = Object.keys(comparedMetrics) as readonly ComparedKey[]
