import type { Model } from '../types.ts'

/** A model of the catalogue: what names it, and its description, which is derived when it is first asked for. */
export interface CatalogueModel {
  readonly key: string
  readonly servedAs: readonly string[]
  readonly model: () => Model
}

/** An entry whose description is derived once. */
export function catalogueModel(
  { key, servedAs }: Pick<Model, 'key' | 'servedAs'>,
  derive: () => Model,
): CatalogueModel {
  let model: Model | undefined
  return { key, servedAs, model: () => (model ??= derive()) }
}
