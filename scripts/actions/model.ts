import { describeModel } from '../../harness/catalogue/checkpoint/describe-model.ts'
import { isModelKey, suggestedKey, writeUserModel } from '../../harness/catalogue/checkpoint/user-models.ts'
import { cardsNamed } from '../../harness/catalogue/find.ts'
import { allModels } from '../../harness/catalogue/models.ts'
import { describedModel, isBundled, ownModels } from '../../harness/catalogue/own-models.ts'
import type { DescribedModel } from '../../harness/catalogue/types.ts'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { modelFacts } from '../../reports/model/facts.ts'
import { modelListTable, modelTables } from '../../reports/model/tables.ts'
import type { CommandIo } from '../support/io.ts'
import { addConfiguredModels, addNamedModels, today } from '../support/models/scenario-models.ts'
import { tablesText } from '../support/terminal.ts'

/** Flags of `model describe`. */
export interface DescribeFlags {
  readonly card?: readonly string[]
  readonly context: number
  readonly json?: boolean
}

/** Cards of three sizes. */
const USUAL_CARDS = ['rtx-4090', 'rtx-pro-6000-max-q', 'h100-sxm'] as const

/** Shows what a model is and its limits on cards. */
export async function describe(name: string, flags: DescribeFlags, io: CommandIo): Promise<number> {
  const cards = (flags.card ?? USUAL_CARDS).flatMap((names) => cardsNamed(names))
  const model = await found(name, io)
  const facts = modelFacts(model, cards, flags.context)
  if (flags.json) io.stdout(`${JSON.stringify(facts, null, 2)}\n`)
  else io.stdout(tablesText(model.label, modelTables(facts, cards), io))
  return exitCodes.done
}

/** Keeps a model in the user's catalogue. */
export async function add(name: string, flags: { readonly key?: string }, io: CommandIo): Promise<number> {
  const key = flags.key ?? suggestedKey(name)
  if (!isModelKey(key)) {
    const expected = 'expected letters, digits and . _ - between them, at most 80'
    throw new JoulemarkError('bad-input', `--key ${key}: ${expected}; give one: model add ${name} --key my-model`)
  }
  if (isBundled(key)) {
    throw new JoulemarkError(
      'bad-input',
      `--key ${key}: is a key of the bundled catalogue; give another: --key my-${key}`,
    )
  }
  const described = await describeModel(name, { env: io.env, network: true, today: today(), key })
  const file = await writeUserModel(io.env, described)
  io.stdout(`${described.key}  ${file}\n`)
  for (const { what, reason } of described.unknown ?? []) io.stderr.write(`${what} unknown: ${reason}\n`)
  return exitCodes.done
}

/** Lists all models that scenarios may name by a key. */
export async function list(flags: { readonly json?: boolean }, io: CommandIo): Promise<number> {
  await addNamedModels([], io)
  await addConfiguredModels(io)
  const all: readonly DescribedModel[] = [...allModels(), ...ownModels()]
  if (flags.json) io.stdout(`${JSON.stringify(all, null, 2)}\n`)
  else io.stdout(tablesText('Models', [modelListTable(allModels(), ownModels())], io))
  return exitCodes.done
}

async function found(name: string, io: CommandIo): Promise<DescribedModel> {
  await addNamedModels([], io)
  await addConfiguredModels(io, [name])
  return describedModel(name) ?? (await describeModel(name, { env: io.env, network: true, today: today() }))
}
