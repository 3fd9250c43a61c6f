import type { RunRecord } from '../record/schema/run.ts'
import type { MetricKey } from './catalogue.ts'

type Kind = RunRecord['scenario']['kind']

/** The output unit of a kind of run: metrics of its rate and energy, and how many units are priced together. */
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
  embeddings: {
    rate: 'textsPerS',
    energy: 'joulesPer1000Texts',
    each: '1,000 texts',
    priced: '1,000 texts',
    count: 1000,
  },
  training: { rate: 'stepsPerS', energy: 'joulesPerStep', each: 'training step', priced: 'training step', count: 1 },
}

/** The unit of a kind of scenario. */
export const workloadUnit = (kind: Kind): WorkloadUnit => units[kind]
