import { missing } from '../record/measured.ts'
import { e2ePercentiles } from './latency/percentile-metrics.ts'
import { type Metric, NO_WALL } from './metric.ts'

const everyKind = { kinds: ['text', 'image', 'embeddings', 'training'] } as const
const lower = { better: 'lower' } as const
const inSummaryOnly = { inSummary: true, inQuote: false } as const
/** Memory is allocated in blocks; a difference below one block does not matter. */
const MEMORY_FLOOR_MIB = 64

/** Metrics of several kinds of run: latency of whole requests, power, memory, energy, errors. */
export const sharedMetrics = {
  e2eMsP50: {
    ...lower,
    ...inSummaryOnly,
    kinds: ['text', 'image', 'embeddings'],
    label: 'E2E, median',
    shortLabel: 'E2E p50',
    unit: 'ms',
    digits: 0,
    formula:
      'median over the requests that completed in the window of (last token, image or vector - time the request was sent)',
    of: (trial) => (trial.kind === 'training' ? missing('training has no requests') : trial.e2eMs.p50),
  },
  ...e2ePercentiles,
  goodputRequestsPerS: {
    ...inSummaryOnly,
    better: 'higher',
    kinds: ['text', 'image', 'embeddings'],
    label: 'Goodput',
    shortLabel: 'Goodput',
    unit: 'requests/s',
    digits: 2,
    formula:
      'requests that completed in the window, wherever they began, and met every limit of the SLO / length of the window (images and embeddings: one that crosses an edge counts by its share of time inside); missing where no request fits into the window',
    of: (trial) => (trial.kind === 'training' ? missing('training has no requests') : trial.goodputRequestsPerS),
  },
  meanPowerW: {
    ...lower,
    ...everyKind,
    ...inSummaryOnly,
    label: 'Mean power',
    shortLabel: 'Power',
    unit: 'W',
    digits: 1,
    formula: 'energy of the GPU boards in the window / length of the window',
    comparison: { hypothesis: 'power', decides: false, floor: 0 },
    of: (trial) => trial.meanPowerW,
  },
  peakPowerW: {
    ...lower,
    ...everyKind,
    ...inSummaryOnly,
    label: 'Peak power',
    shortLabel: 'Peak W',
    unit: 'W',
    digits: 1,
    formula: 'highest power sample of the window, summed over the serving GPUs',
    of: (trial) => trial.peakPowerW,
  },
  peakMemoryMiB: {
    ...lower,
    ...everyKind,
    ...inSummaryOnly,
    label: 'Peak memory',
    shortLabel: 'Memory',
    unit: 'MiB',
    digits: 0,
    formula: 'highest `memory.used` in the window, summed over the serving GPUs',
    comparison: { hypothesis: 'memory', decides: true, floor: MEMORY_FLOOR_MIB },
    of: (trial) => trial.peakMemoryMiB,
  },
  energyJ: {
    ...lower,
    ...everyKind,
    inSummary: false,
    inQuote: false,
    label: 'Energy of the window',
    shortLabel: 'Energy',
    unit: 'J',
    digits: 0,
    formula: 'trapezoid over the power samples of the serving GPUs, each moved back half of its averaging window',
    of: (trial) => trial.energyJ,
  },
  serverPowerW: {
    ...lower,
    ...everyKind,
    ...inSummaryOnly,
    shownIfKnown: true,
    label: 'Power of the server',
    shortLabel: 'Server W',
    unit: 'W',
    digits: 0,
    formula: 'energy of the whole server in the window / length of the window',
    of: ({ wall }) => wall?.serverPowerW ?? NO_WALL,
  },
  serverEnergyJ: {
    ...lower,
    ...everyKind,
    inSummary: false,
    inQuote: false,
    label: 'Energy of the server in the window',
    shortLabel: 'Server J',
    unit: 'J',
    digits: 0,
    formula:
      'trapezoid over the power readings of the whole server (a meter, Redfish or IPMI), each moved back by the delay of the source',
    of: ({ wall }) => wall?.serverEnergyJ ?? NO_WALL,
  },
  cpuEnergyJ: {
    ...lower,
    ...everyKind,
    inSummary: false,
    inQuote: false,
    label: 'Energy of CPUs and memory in the window',
    shortLabel: 'CPU J',
    unit: 'J',
    digits: 0,
    formula:
      'growth of the RAPL energy counters of packages and DRAM over the window, or trapezoid over the power meters of Grace',
    of: ({ wall }) => wall?.cpuEnergyJ ?? NO_WALL,
  },
  errorRate: {
    ...lower,
    ...everyKind,
    ...inSummaryOnly,
    label: 'Error rate',
    shortLabel: 'Errors',
    unit: '1',
    digits: 2,
    shownAs: { unit: '%', scale: 100 },
    formula: 'requests of the trial that failed / requests of the trial',
    of: (trial) => trial.errorRate,
  },
} as const satisfies Record<string, Metric>
