import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import type { DescribedModel } from '../../catalogue/types.ts'
import type { Scenario } from '../../scenario/schema.ts'
import type { Arithmetic } from '../arithmetic.ts'
import type { Reading } from '../bandwidth.ts'
import type { DecodeLimit } from '../limit.ts'

/** The part of a run that determines its limit, by the keys of the run record; a planned run has the same form. */
export interface LimitSubject {
  readonly scenario: Scenario
  /** The model as described, where the catalogue does not have it. */
  readonly model?: DescribedModel | undefined
  readonly card: {
    readonly key: string | null
    readonly name?: string | null
    readonly reason?: string | undefined
    readonly description?: CardEntry | undefined
  }
  readonly gpus: readonly {
    readonly serving: boolean
    readonly maxSmClockMHz: number | null
    readonly maxMemClockMHz?: number | null
  }[]
  /** The memory clock seen in each trial, where the card was sampled. */
  readonly telemetry?: { readonly trials: readonly { readonly window: object }[] } | undefined
  readonly endpoint: {
    readonly serving?: { readonly kvCacheDtype: string | null; readonly kvBlockTokens?: number | null } | undefined
  }
}

interface Limit {
  /** The bound: maximum rate per second, or minimum duration. */
  readonly value: number
  readonly boundBy: 'memory bandwidth' | 'arithmetic'
  /** The formula with its values and assumptions. */
  readonly formula: string
}

export interface TextRunLimit extends Limit {
  readonly kind: 'text'
  /** Output tokens/s of all streams together. */
  readonly unit: 'tokens/s'
  readonly decode: DecodeLimit
  /** Maximum decode rate of one stream in tokens/s: a step reads at least all weights and the stream's own KV. */
  readonly streamTokensPerS: number
  /** Minimum time to first token, in ms. */
  readonly firstTokenMs: number
}

export interface ImageRunLimit extends Limit {
  readonly kind: 'image'
  readonly unit: 's/image'
}

export interface TrainingRunLimit extends Limit {
  readonly kind: 'training'
  readonly unit: 'steps/s'
  readonly tokensPerS: number
}

export interface EmbeddingsRunLimit extends Limit {
  readonly kind: 'embeddings'
  readonly unit: 'texts/s'
}

export type RunLimit = TextRunLimit | ImageRunLimit | EmbeddingsRunLimit | TrainingRunLimit
export type LimitReason = { readonly reason: string }

/** A planned run: as many GPUs as the scenario requires, at their rated clock, without a server. */
export const plannedRun = (scenario: Scenario, card: CardEntry): LimitSubject => ({
  scenario,
  card: { key: card.key, description: card },
  gpus: Array.from({ length: scenario.server?.tensorParallel ?? 1 }, () => ({ serving: true, maxSmClockMHz: null })),
  endpoint: {},
})

/** The serving GPUs: their number and their highest clocks. */
export type Cards = Arithmetic & Reading
