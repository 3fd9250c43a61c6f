import type { Trial } from '../record/schema/trial.ts'
import { isScheduled } from '../scenario/load-shape.ts'
import type { Scenario } from '../scenario/schema.ts'

/** One metric of a comparison. */
export interface ComparedMetric {
  readonly label: string
  readonly unit: string
  readonly digits: number
  readonly kinds: readonly Scenario['kind'][]
  readonly better: 'higher' | 'lower'
  /** Metrics that are one quantity in two forms share one hypothesis, and count once among the many. */
  readonly hypothesis: string
  /** Whether a loss in it is a loss of the box: power is not, because tokens/J already says what it bought. */
  readonly decides: boolean
  /** A difference below this many units matters to nobody, whatever its share. */
  readonly floor: number
  readonly of: (trial: Trial, scenario: Scenario) => number | null
}

const text = { kinds: ['text'], decides: true, floor: 0 } as const
const image = { kinds: ['image'], decides: true, floor: 0 } as const
const training = { kinds: ['training'], decides: true, floor: 0 } as const
const any = { kinds: ['text', 'image', 'training'], floor: 0 } as const
const more = { better: 'higher' } as const
const less = { better: 'lower' } as const

/**
 * What a comparison looks at, in the order in which it is shown. Decode rate is 1000 / TPOT: the same hypothesis twice.
 * The floors are what the measuring itself adds: a millisecond or two of event loop and network in TTFT, and the
 * granularity of allocations in memory. TTFT counts from the schedule where requests have one.
 */
export const comparedMetrics = {
  outputTokensPerS: {
    ...text,
    ...more,
    label: 'Output throughput',
    unit: 'tokens/s',
    digits: 1,
    hypothesis: 'throughput',
    of: (trial) => trial.outputTokensPerS,
  },
  decodeTokensPerS: {
    ...text,
    ...more,
    label: 'Decode rate a stream',
    unit: 'tokens/s',
    digits: 1,
    hypothesis: 'pace',
    of: (trial) => trial.decodeTokensPerS,
  },
  ttftMsP50: {
    ...text,
    ...less,
    label: 'TTFT, median',
    unit: 'ms',
    digits: 1,
    hypothesis: 'ttft',
    floor: 2,
    of: (trial, { load }) => (isScheduled(load) ? trial.ttftFromScheduleMs.p50 : trial.ttftMs.p50),
  },
  tpotMsP50: {
    ...text,
    ...less,
    label: 'TPOT, median',
    unit: 'ms',
    digits: 2,
    hypothesis: 'pace',
    of: (trial) => trial.tpotMs.p50,
  },
  tokensPerJ: {
    ...text,
    ...more,
    label: 'Efficiency',
    unit: 'tokens/J',
    digits: 3,
    hypothesis: 'efficiency',
    of: (trial) => trial.tokensPerJ,
  },
  imagesPerS: {
    ...image,
    ...more,
    label: 'Images',
    unit: 'images/s',
    digits: 3,
    hypothesis: 'throughput',
    of: (trial) => trial.image?.imagesPerS ?? null,
  },
  secondsPerImage: {
    ...image,
    ...less,
    label: 'Time an image, median',
    unit: 's',
    digits: 2,
    hypothesis: 'pace',
    of: (trial) => trial.image?.secondsPerImage ?? null,
  },
  joulesPerImage: {
    ...image,
    ...less,
    label: 'Energy an image',
    unit: 'J',
    digits: 0,
    hypothesis: 'efficiency',
    of: (trial) => trial.image?.joulesPerImage ?? null,
  },
  stepsPerS: {
    ...training,
    ...more,
    label: 'Training steps',
    unit: 'steps/s',
    digits: 3,
    hypothesis: 'throughput',
    of: (trial) => trial.training?.stepsPerS ?? null,
  },
  joulesPerStep: {
    ...training,
    ...less,
    label: 'Energy a step',
    unit: 'J',
    digits: 0,
    hypothesis: 'efficiency',
    of: (trial) => trial.training?.joulesPerStep ?? null,
  },
  meanPowerW: {
    ...any,
    ...less,
    decides: false,
    label: 'Mean power',
    unit: 'W',
    digits: 1,
    hypothesis: 'power',
    of: (trial) => trial.meanPowerW,
  },
  peakMemoryMiB: {
    ...any,
    ...less,
    decides: true,
    label: 'Peak memory',
    unit: 'MiB',
    digits: 0,
    hypothesis: 'memory',
    floor: 64,
    of: (trial) => trial.peakMemoryMiB,
  },
} as const satisfies Record<string, ComparedMetric>

export type ComparedKey = keyof typeof comparedMetrics

/** The metrics of a kind of scenario, in the order in which they are shown. */
export function comparedKeysOf(kind: Scenario['kind']): ComparedKey[] {
  return (Object.keys(comparedMetrics) as ComparedKey[]).filter((key) =>
    (comparedMetrics[key] as ComparedMetric).kinds.includes(kind),
  )
}
