import { existsSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { priceOf } from '../../../harness/catalogue/prices.ts'
import { exitCodes, JoulemarkError } from '../../../harness/errors.ts'
import { plainText, shellWord } from '../../../harness/plain-text.ts'
import { CONFIG_NAME } from '../../../harness/scenario/config/load-config.ts'
import { type FoundHere, newConfigText } from '../../../harness/scenario/config/new-file.ts'
import type { FoundCard } from '../../../harness/telemetry/inventory/describe-found.ts'
import { nextText } from '../../../reports/run-answer/next.ts'
import { writeNewFile } from '../../../reports/write-files.ts'
import { type FirstScenario, firstScenario } from '../../init/first-scenario.ts'
import { type PurposeName, purposes } from '../../init/purposes.ts'
import type { CommandIo } from '../../support/io.ts'
import { modelsHere } from '../../support/models-here.ts'

/** Flags of `init`. */
export interface InitFlags {
  readonly nvidiaSmi?: string
  /** Address of the server to write a scenario for; the usual one of vLLM is tried where none is given. */
  readonly endpoint?: string
  readonly for?: PurposeName
}

const NOT_REPLACED = 'exists already, and is not replaced'
const schemaFile = fileURLToPath(new URL('../../../docs/schemas/config.schema.json', import.meta.url))

/**
 * Writes a commented joulemark.yaml with what is found on this machine, and a scenario for the server that runs here. A file
 * that exists is never replaced.
 */
export async function init(path: string | undefined, flags: InitFlags, io: CommandIo): Promise<number> {
  const file = path ?? CONFIG_NAME
  const found = await cardsHere(flags, io)
  const schema = relative(dirname(resolve(file)), schemaFile)
  const config = newConfigText(sorted(found), schema)
  // a configuration for all folders gets no scenario beside it
  const hasScenario = path === undefined || flags.endpoint !== undefined
  const scenario = hasScenario ? await firstScenario(asked(flags), io) : null
  if (scenario !== null && existsSync(file)) io.stderr.write(`${file}: exists already, and is left as it is\n`)
  else {
    await writeNewFile(file, config, NOT_REPLACED)
    const names = found.map(({ entry, from }) => `${entry.label}${from === 'bundled' ? '' : ' (not in the catalogue)'}`)
    io.stdout(`wrote ${file}: ${names.length === 0 ? 'no card was found here' : names.join(', ')}\n`)
  }
  if (scenario !== null) await writeScenario(scenario, io)
  return exitCodes.done
}

const asked = ({ endpoint, for: purpose }: InitFlags) => ({
  ...(endpoint === undefined ? {} : { endpoint }),
  ...(purpose === undefined ? {} : { purpose }),
})

async function writeScenario({ text, endpoint, model, purpose }: FirstScenario, io: CommandIo): Promise<void> {
  const name = `${purpose}.yaml`
  await writeNewFile(name, text, NOT_REPLACED)
  io.stdout(`wrote ${name}: ${plainText(model)}, ${purposes[purpose].title}\n`)
  const run = { command: `run ${name} --endpoint ${shellWord(endpoint)}`, does: 'measures it' }
  io.stdout(nextText([run], io))
}

/** The models of cards on this machine; none where nvidia-smi is absent or fails, which is said. */
async function cardsHere({ nvidiaSmi }: InitFlags, io: CommandIo): Promise<FoundCard[]> {
  const named = nvidiaSmi ?? io.env['JOULEMARK_NVIDIA_SMI']
  try {
    return await modelsHere({ path: named || 'nvidia-smi', required: Boolean(named) }, io)
  } catch (error) {
    if (!(error instanceof JoulemarkError) || named) throw error
    io.stderr.write(`${error.message}\n`)
    return []
  }
}

const sorted = (found: readonly FoundCard[]): FoundHere => ({
  unknown: found.filter(({ from }) => from === 'reported').map(({ entry }) => entry),
  withoutPrice: found
    .filter(({ from, entry }) => from === 'bundled' && priceOf(entry.key) === null)
    .map(({ entry }) => entry),
  priced: found.flatMap(({ from, entry: { key, label } }) => {
    const price = from === 'bundled' ? priceOf(key) : null
    return price === null ? [] : [{ key, label, priceGbp: price.value }]
  }),
})
