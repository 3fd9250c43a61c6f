import { type Measured, missing } from '../../record/measured.ts'
import type { TextTrial, Trial } from '../../record/schema/trial.ts'
import { isScheduled } from '../../scenario/load-shape.ts'
import { MIN_SAMPLES_FOR_P95, MIN_SAMPLES_FOR_P99 } from '../../stats/percentiles.ts'
import { type Metric, ofKind, type ScenarioShape } from '../metric.ts'

const detail = { better: 'lower', inSummary: false, inQuote: false } as const
const isOpenLoop = ({ load }: ScenarioShape) => isScheduled(load)
const isClosedLoop = ({ load }: ScenarioShape) => !isScheduled(load)

const ranks = {
  P90: { ordinal: '90th', key: 'p90', needs: null },
  P95: { ordinal: '95th', key: 'p95', needs: MIN_SAMPLES_FOR_P95 },
  P99: { ordinal: '99th', key: 'p99', needs: MIN_SAMPLES_FOR_P99 },
} as const
type Rank = keyof typeof ranks

/** Percentiles of a trial, of which older records lack some. */
type Some = Readonly<Partial<Record<(typeof ranks)[Rank]['key'], Measured | undefined>>>

/** A latency whose median is a metric too, under the same name and `P50`. */
interface Latency<OfTrial> {
  readonly label: string
  readonly shortLabel: string
  readonly digits: number
  readonly suits?: NonNullable<Metric['suits']>
  /** What it is taken from: `requests`, or `gaps`. */
  readonly of: (trial: OfTrial) => Some | string
  readonly samples?: string
}

/** The higher percentiles of a latency as metrics, which the record and the answer of `run` show and no comparison judges. */
function percentileMetrics<Name extends string, R extends Rank, OfTrial extends Trial>(
  name: Name,
  wanted: readonly R[],
  { label, shortLabel, digits, suits, of, samples = 'requests' }: Latency<OfTrial>,
) {
  const metricOf = (rank: R) => {
    const { ordinal, key, needs } = ranks[rank]
    return {
      ...detail,
      label: `${label}, ${key}`,
      shortLabel: `${shortLabel} ${key}`,
      unit: 'ms',
      digits,
      formula: `${ordinal} percentile over the ${samples} of \`${name}P50\`${needs === null ? '' : `; needs ${needs} of them`}`,
      ...(suits === undefined ? {} : { suits }),
      of: (trial: OfTrial): Measured => {
        const values = of(trial)
        if (typeof values === 'string') return missing(values)
        return values[key] ?? missing(`the record was made by a version that had no ${key} of it`)
      },
    }
  }
  return Object.fromEntries(wanted.map((rank) => [`${name}${rank}`, metricOf(rank)])) as Record<
    `${Name}${R}`,
    ReturnType<typeof metricOf>
  >
}

/** Percentiles of TTFT, TPOT and gaps that are not among the first figures of a run of text. */
export const textPercentiles = ofKind('text', {
  ...percentileMetrics('ttftMs', ['P90', 'P95'], {
    label: 'TTFT',
    shortLabel: 'TTFT',
    digits: 1,
    suits: isClosedLoop,
    of: ({ ttftMs }: TextTrial) => ttftMs,
  }),
  ...percentileMetrics('ttftFromScheduleMs', ['P90', 'P95'], {
    label: 'TTFT from schedule',
    shortLabel: 'TTFT',
    digits: 1,
    suits: isOpenLoop,
    of: ({ ttftFromScheduleMs }: TextTrial) => ttftFromScheduleMs,
  }),
  ...percentileMetrics('tpotMs', ['P90', 'P95', 'P99'], {
    label: 'TPOT',
    shortLabel: 'TPOT',
    digits: 2,
    of: ({ tpotMs }: TextTrial) => tpotMs,
  }),
  chunkGapMsP50: {
    ...detail,
    label: 'ITL, median',
    shortLabel: 'ITL p50',
    unit: 'ms',
    digits: 2,
    formula:
      'median over the gaps between successive content events of a stream, pooled over the successful requests of the whole trial: ITL of vllm bench serve',
    of: ({ chunkGapMs }: TextTrial) => chunkGapMs.p50,
  },
  ...percentileMetrics('chunkGapMs', ['P90', 'P95', 'P99'], {
    label: 'ITL',
    shortLabel: 'ITL',
    digits: 2,
    samples: 'gaps',
    of: ({ chunkGapMs }: TextTrial) => chunkGapMs,
  }),
})

const e2e = percentileMetrics('e2eMs', ['P90', 'P95', 'P99'], {
  label: 'E2E',
  shortLabel: 'E2E',
  digits: 0,
  of: (trial: Trial) => (trial.kind === 'training' ? 'training has no requests' : trial.e2eMs),
})

/** Percentiles of the latency of whole requests that are not among the first figures of a run; `embeddingsMsP99` is one that is. */
export const e2ePercentiles = {
  e2eMsP90: { ...e2e.e2eMsP90, kinds: ['text', 'image', 'embeddings'] },
  e2eMsP95: { ...e2e.e2eMsP95, kinds: ['text', 'image', 'embeddings'] },
  e2eMsP99: { ...e2e.e2eMsP99, kinds: ['text', 'image'] },
} as const satisfies Record<string, Metric>
