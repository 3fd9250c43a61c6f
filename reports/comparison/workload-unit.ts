import type { MetricKey } from '../../harness/metrics/catalogue.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'

type Kind = RunRecord['scenario']['kind']

/** What a run of a kind makes, how fast, and how many of them a price is given for. */
export interface WorkloadUnit {
  readonly rate: MetricKey
  readonly energy: MetricKey
  readonly each: string
  readonly priced: string
  readonly count: number
}

const units: Readonly<Record<Kind, WorkloadUnit>> = {
  text: {
    rate: 'outputTokensPerS',
    energy: 'joulesPerOutputToken',
    each: 'output token',
    priced: 'million output tokens',
    count: 1e6,
  },
  image: { rate: 'imagesPerS', energy: 'joulesPerImage', each: 'image', priced: '1,000 images', count: 1000 },
  training: { rate: 'stepsPerS', energy: 'joulesPerStep', each: 'training step', priced: 'training step', count: 1 },
}

/** The unit of a kind of scenario. */
export const workloadUnit = (kind: Kind): WorkloadUnit => units[kind]
