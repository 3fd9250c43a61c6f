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

/** Quantised checkpoints of a model may be padded: 0.4 % in Qwen2.5 72B. */
const SAME_SIZE = 0.01

/** What follows the name of a model in a key when it is no other model: its tuning, release and format. */
const VARIANT = /^(-(instruct|chat|it|\d{4}|a\d+b|bf16|fp8|int4|awq|gptq|nvfp4|mxfp4))*$/

/** The models whose key begins with a name; of those the ones that differ only in tuning and format, where there are any. */
function familyOf(name: string, models: readonly Model[]): readonly Model[] {
  const named = models.filter((model) => model.key.startsWith(name))
  const variants = named.filter((model) => VARIANT.test(model.key.slice(name.length)))
  return variants.length > 0 ? variants : named
}

/** The catalogue's model that a workload names, or the reason why there is none. */
export function claimedModel(workload: Workload, models: readonly Model[]): ClaimedModel | { readonly reason: string } {
  const name = workload.model
  if (name === undefined) return { reason: 'the model is not stated' }
  const texts = models.filter((model) => model.kind === 'text')
  const family = familyOf(name, texts)
  const shape = family[0]
  if (shape === undefined) {
    const near = nearest(
      name,
      texts.map(({ key }) => key),
    )
    return { reason: `the model ${name} is not in the catalogue${near === null ? '' : `; did you mean "${near}"?`}` }
  }
  if (family.some((model) => Math.abs(model.totalParams / shape.totalParams - 1) > SAME_SIZE)) {
    return { reason: `${name} names several models: ${family.map(({ key }) => key).join(', ')}` }
  }
  const named = family.find((model) => model.key === name && model.weightFormat !== 'bf16')
  const format = workload.quant ?? formatNames.find((each) => each === named?.weightFormat)
  const reading = (each: FormatName): ModelReading => ({ format: each, model: stored(shape, each) })
  if (format !== undefined) return { stated: true, readings: [reading(format)], usual: reading(format) }
  const [least, most] = unstatedFormats
  return { stated: false, readings: [reading(least), reading(most)], usual: reading(most) }
}
