import { describeModel } from '../../../harness/catalogue/checkpoint/describe-model.ts'
import { readUserModels } from '../../../harness/catalogue/checkpoint/user-models.ts'
import { catalogueNames } from '../../../harness/catalogue/find.ts'
import { suggestion } from '../../../harness/catalogue/nearest.ts'
import { addOwnModels, allModelKeys, describedModel } from '../../../harness/catalogue/own-models.ts'
import { messageOf } from '../../../harness/errors.ts'
import type { KnownNames } from '../../../harness/scenario/load-file.ts'
import type { CommandIo } from '../io.ts'

/** What a command does with a model that cannot be described: `ask-server` leaves it to the server that serves it. */
type WhenUnknown = 'refuse' | 'ask-server'

/** Today, as the date of a source. */
export const today = (): string => new Date().toISOString().slice(0, 10)

/** Adds the user's catalogue, and the models of these names, keys, folders or repositories. Throws for one that is not found. */
export async function addNamedModels(names: readonly string[], { env }: Pick<CommandIo, 'env'>): Promise<void> {
  addOwnModels(await readUserModels(env))
  for (const name of names) {
    if (describedModel(name) === null) {
      addOwnModels([await describeModel(name, { env, network: true, today: today(), key: name })])
    }
  }
}

/**
 * The names that scenarios may use: the catalogue's, those in the user's catalogue, and any folder or repository of a model,
 * which is read when a scenario names it (folder, cache of Hugging Face, hub).
 */
export async function scenarioNames({ env }: Pick<CommandIo, 'env'>, whenUnknown: WhenUnknown): Promise<KnownNames> {
  addOwnModels(await readUserModels(env))
  return {
    models: allModelKeys(),
    cards: catalogueNames.cards,
    describe: async (name) => {
      if (describedModel(name) !== null) return null
      // a served name is no path: only what names a folder or a repository is looked for before the server is asked
      if (whenUnknown === 'ask-server' && !/[/\\]/.test(name)) return null
      try {
        addOwnModels([await describeModel(name, { env, network: true, today: today(), key: name })])
        return null
      } catch (error) {
        if (whenUnknown === 'ask-server') return null
        return `${suggestion(name, allModelKeys())} (${messageOf(error)})`
      }
    },
  }
}
