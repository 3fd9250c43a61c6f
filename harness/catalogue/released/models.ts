import { type ConfigShape, describeConfig } from '../config/describe-config.ts'
import type { Model } from '../types.ts'
import { type CatalogueModel, catalogueModel } from './catalogue-model.ts'
import type { PublishedConfig, Release } from './release.ts'
import { releases } from './releases.ts'

/** The model that a released checkpoint is, by its published configuration. Throws for a family that is not known. */
function modelOf(release: Release): Model {
  const { key, label, servedAs, servedAsWithQuantization, sources, published } = release
  return {
    key,
    label,
    servedAs,
    ...(servedAsWithQuantization === undefined ? {} : { servedAsWithQuantization }),
    ...shapeOf(key, release.config),
    ...(published.bytes === null ? {} : { checkpointBytes: published.bytes }),
    sources,
  }
}

/** What a configuration says of a model. Throws RangeError for a family that is not known. */
export function shapeOf(key: string, config: PublishedConfig): ConfigShape {
  const described = describeConfig(config, key)
  if ('reason' in described) throw new RangeError(`${key}: ${described.reason}`)
  return described
}

/** The released models, by family. */
export const releasedModels: readonly CatalogueModel[] = releases.map((release) =>
  catalogueModel(release, () => modelOf(release)),
)
