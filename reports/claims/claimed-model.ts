import { nearest } from '../../harness/catalogue/nearest.ts'
import type { Model } from '../../harness/catalogue/types.ts'
import { type FormatName, formatNames, stored, unstatedFormats } from './formats.ts'
import type { Workload } from './schema.ts'

/** A model in one format that a claim may mean. */
export interface ModelReading {
  readonly format: FormatName
  readonly model: Model
}

/** The model of a claim in every format that it may have: one if it is stated, else the smallest and the largest. */
export interface ClaimedModel {
  readonly stated: boolean
  /** Fewest bytes first: the kindest reading for speed and memory. */
  readonly readings: readonly [ModelReading, ...ModelReading[]]
  /** As stated, or in 16 bits, in which models are published. */
  readonly usual: ModelReading
}

/** The catalogue's model that a workload names, or the reason why there is none. */
export function claimedModel(workload: Workload, models: readonly Model[]): ClaimedModel | { readonly reason: string } {
  const name = workload.model
  if (name === undefined) return { reason: 'the model is not stated' }
  const texts = models.filter((model) => model.kind === 'text')
  const family = texts.filter((model) => model.key.startsWith(name))
  const shape = family[0]
  if (shape === undefined) {
    const near = nearest(
      name,
      texts.map(({ key }) => key),
    )
    return { reason: `the model ${name} is not in the catalogue${near === null ? '' : `; did you mean "${near}"?`}` }
  }
  if (family.some((model) => model.totalParams !== shape.totalParams)) {
    return { reason: `${name} names several models: ${family.map(({ key }) => key).join(', ')}` }
  }
  const named = family.find((model) => model.key === name && model.weightFormat !== 'bf16')
  const format = workload.quant ?? formatNames.find((each) => each === named?.weightFormat)
  const reading = (each: FormatName): ModelReading => ({ format: each, model: stored(shape, each) })
  if (format !== undefined) return { stated: true, readings: [reading(format)], usual: reading(format) }
  const [least, most] = unstatedFormats
  return { stated: false, readings: [reading(least), reading(most)], usual: reading(most) }
}
