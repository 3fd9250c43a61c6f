import { allModels } from '../models.ts'
import type { Model } from '../types.ts'
import { draftLayerOf } from './draft-layer.ts'
import type { PublishedSize } from './release.ts'
import { releases } from './releases.ts'

/** What was published of the models of the bundled scenarios, whose sources the catalogue names. */
const ofScenarios: Readonly<Record<string, PublishedSize & { readonly licence: string }>> = {
  'llama-3.1-8b-instruct-fp8': { params: 8_030_261_248, bytes: 9.08e9, licence: 'llama3.1' },
  'llama-3.1-8b-instruct': { params: 8_030_261_248, bytes: 16_060_522_496, licence: 'llama3.1' },
  'llama-3.1-70b-instruct-awq-int4': { params: 70_553_706_496, bytes: 39_767_785_472, licence: 'llama3.1' },
  'llama-3.1-70b-instruct-fp8': { params: 70_553_706_496, bytes: null, licence: 'llama3.1' },
  'llama-3.1-70b-instruct': { params: 70_553_706_496, bytes: 141_107_412_992, licence: 'llama3.1' },
  'qwen2.5-72b-instruct-fp8': { params: 72_706_203_648, bytes: null, licence: 'qwen' },
  'qwen2.5-coder-32b-instruct-awq': { params: 32_763_876_352, bytes: 19.33e9, licence: 'apache-2.0' },
  'mixtral-8x22b-instruct-awq': { params: 140_630_071_296, bytes: null, licence: 'apache-2.0' },
  'deepseek-v2-awq': { params: 235_741_434_880, bytes: null, licence: 'deepseek' },
}

/** A model of the catalogue as derived from its configuration, beside what was published of it. */
export interface SizedModel {
  readonly model: Model
  readonly published: PublishedSize
  readonly licence: string
  /** The layer for multi-token prediction, which the published numbers count and a server leaves out. */
  readonly draftParams: number
  readonly draftBytes: number
}

/** Every model of the catalogue that was published. */
export const sizedModels = (): readonly SizedModel[] =>
  allModels().flatMap((model) => {
    const release = releases.find(({ key }) => key === model.key)
    const ofScenario = ofScenarios[model.key]
    const published = release?.published ?? ofScenario
    const licence = release?.licence ?? ofScenario?.licence
    if (published === undefined || licence === undefined) return []
    const draft = release === undefined ? null : draftLayerOf(release)
    const perParam = model.experts?.bytesPerParam ?? model.linearBytesPerParam
    const draftBytes = draft === null ? 0 : (draft.params - draft.inSixteenBits) * perParam + draft.inSixteenBits * 2
    return [{ model, published, licence, draftParams: draft?.params ?? 0, draftBytes }]
  })
