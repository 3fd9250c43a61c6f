import { describedModelSchema } from '../catalogue/model-schema.ts'
import { addOwnModels, describedModel, isBundled } from '../catalogue/own-models.ts'
import { JoulemarkError } from '../errors.ts'

/** The description of a model that another process does not know from its catalogue, as one argument; null for one that it does. */
export function ownDescription(name: string): string | null {
  const found = describedModel(name)
  return found === null || isBundled(found.key) ? null : JSON.stringify({ ...found, key: name })
}

/** Adds the model of such an argument to those of this process. Throws `bad-input` for anything else. */
export function addDescription(text: string): void {
  try {
    addOwnModels([describedModelSchema.parse(JSON.parse(text))])
  } catch (error) {
    throw new JoulemarkError(
      'bad-input',
      'simulator: --model-description: expected the description of a model in JSON',
      {
        cause: error,
      },
    )
  }
}
