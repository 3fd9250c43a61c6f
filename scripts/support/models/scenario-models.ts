import { describeModel } from '../../../harness/catalogue/checkpoint/describe-model.ts'
import { readUserModels } from '../../../harness/catalogue/checkpoint/user-models.ts'
import { catalogueNames } from '../../../harness/catalogue/find.ts'
import { imageModels } from '../../../harness/catalogue/image-models.ts'
import { suggestion } from '../../../harness/catalogue/nearest.ts'
import { addOwnModels, allModelKeys, describedModel } from '../../../harness/catalogue/own-models.ts'
import type { DescribedModel } from '../../../harness/catalogue/types.ts'
import { messageOf } from '../../../harness/errors.ts'
import type { KnownNames } from '../../../harness/scenario/load-file.ts'
import type { CommandIo } from '../io.ts'

/** What a command does with a model that cannot be described: `ask-server` leaves it to the server that serves it. */
type WhenUnknown = 'refuse' | 'ask-server'
type Io = Pick<CommandIo, 'env' | 'config'>

/** Today, as the date of a source. */
export const today = (): string => new Date().toISOString().slice(0, 10)

/** Keys of the models in joulemark.yaml. */
const configuredKeys = ({ config }: Io): string[] => Object.keys(config?.models ?? {})

/** Reads a model: where joulemark.yaml says that one of this key is, else the folder or repository of this name. */
const read = (name: string, { env, config }: Io): Promise<DescribedModel> =>
  describeModel(config?.models?.[name] ?? name, { env, network: true, today: today(), key: name })

/** Adds the user's catalogue, and the models of these names, keys, folders or repositories. Throws for one that is not found. */
export async function addNamedModels(names: readonly string[], io: Io): Promise<void> {
  addOwnModels(await readUserModels(io.env))
  for (const name of names) if (describedModel(name) === null) addOwnModels([await read(name, io)])
}

/** Adds the models of joulemark.yaml: all of them, or those of these names. Throws for one that is not found. */
export const addConfiguredModels = async (io: Io, names = configuredKeys(io)): Promise<void> =>
  addNamedModels(
    names.filter((name) => configuredKeys(io).includes(name)),
    io,
  )

/**
 * The names that scenarios may use: the catalogue's, those in the user's catalogue and in joulemark.yaml, and any folder or
 * repository of a model, which is read when a scenario names it (folder, cache of Hugging Face, hub).
 */
export async function scenarioNames(io: Io, whenUnknown: WhenUnknown): Promise<KnownNames> {
  addOwnModels(await readUserModels(io.env))
  return {
    models: allModelKeys(),
    cards: catalogueNames.cards,
    describe: async (name) => {
      if (describedModel(name) !== null) return null
      const isConfigured = configuredKeys(io).includes(name)
      // a served name is no path: only what names a folder or a repository is looked for before the server is asked
      if (whenUnknown === 'ask-server' && !isConfigured && !/[/\\]/.test(name)) return null
      try {
        addOwnModels([await read(name, io)])
        return null
      } catch (error) {
        if (isConfigured) return `models.${name} in joulemark.yaml: ${messageOf(error)}`
        if (whenUnknown === 'ask-server') return null
        const known = [...allModelKeys(), ...imageModels.map(({ key }) => key), ...configuredKeys(io)]
        return `${suggestion(name, known)} (${messageOf(error)})`
      }
    },
  }
}
