import { bundledModel, bundledServedAs, modelKeys } from './models.ts'
import type { DescribedModel, Model } from './types.ts'

/**
 * Models that the catalogue of this version does not have: those in the user's folder, and those that a command has read
 * from a folder, a cache or the hub. One process has one list, which the command line fills before it reads scenarios.
 */
const own = new Map<string, DescribedModel>()

/** Whether the catalogue of this version has a model of this key. */
export const isBundled = (key: string): boolean => modelKeys.includes(key)

/** Adds models that scenarios may name from now on. A key of the bundled catalogue cannot be taken over. */
export function addOwnModels(described: readonly DescribedModel[]): void {
  for (const model of described) if (!isBundled(model.key)) own.set(model.key, model)
}

/** The models that were added, in order. */
export const ownModels = (): readonly DescribedModel[] => [...own.values()]

/** A model by its key or by a name of its checkpoint, as far as it is known; null where it is not. */
export function describedModel(name: string): DescribedModel | null {
  const byKey = bundledModel(name) ?? own.get(name)
  const served = () => [...own.values()].find(({ servedAs }) => servedAs.includes(name))
  return byKey ?? bundledServedAs(name) ?? served() ?? null
}

/** A model whose layers are known, by its key or by a name of its checkpoint; null for any other. */
export function modelByKey(name: string): Model | null {
  const found = describedModel(name)
  return found?.kind === 'text' ? found : null
}

/** What names a model: a run, or a scenario that is planned. */
export interface ModelSubject {
  readonly scenario: { readonly model: string }
  /** The description that a record carries, where the catalogue of the tool that wrote it did not have the model. */
  readonly model?: DescribedModel | undefined
}

/** The model of a run: the catalogue's, else the description that its record carries; null where there is none. */
export function describedModelOf({ scenario, model }: ModelSubject): DescribedModel | null {
  return bundledModel(scenario.model) ?? model ?? describedModel(scenario.model)
}

/** The model of a run, if its layers are known. */
export function modelOf(subject: ModelSubject): Model | null {
  const found = describedModelOf(subject)
  return found?.kind === 'text' ? found : null
}

/** Why a run or scenario has no model whose layers are known. */
export function whyNoModel(subject: ModelSubject): string {
  const found = describedModelOf(subject)
  if (found?.kind !== 'partly-known') return `${subject.scenario.model} is not in the catalogue`
  const unknown = found.unknown.map(({ what, reason }) => `${what} unknown: ${reason}`)
  return `${found.key}: ${unknown.join('; ') || 'only its name is known'}`
}

/** The keys of all language models that a scenario may name: the catalogue's and the user's. */
export const allModelKeys = (): string[] => [...modelKeys, ...own.keys()]
