import { open } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { priceOf } from '../../../harness/catalogue/prices.ts'
import { exitCodes, JoulemarkError, messageOf } from '../../../harness/errors.ts'
import { CONFIG_NAME } from '../../../harness/scenario/config/load-config.ts'
import { type FoundHere, newConfigText } from '../../../harness/scenario/config/new-file.ts'
import type { FoundCard } from '../../../harness/telemetry/inventory/describe-found.ts'
import type { CommandIo } from '../../support/io.ts'
import { modelsHere } from '../../support/models-here.ts'

/** Flags of `init`. */
export interface InitFlags {
  readonly nvidiaSmi?: string
}

const schemaFile = fileURLToPath(new URL('../../../docs/schemas/config.schema.json', import.meta.url))

/** Writes a commented joulemark.yaml with what is found on this machine. A file that exists is never replaced. */
export async function init(path: string | undefined, flags: InitFlags, io: CommandIo): Promise<number> {
  const file = path ?? CONFIG_NAME
  const found = await cardsHere(flags, io)
  const schema = relative(dirname(resolve(file)), schemaFile)
  await writeNew(file, newConfigText(sorted(found), schema))
  const names = found.map(({ entry, from }) => `${entry.label}${from === 'bundled' ? '' : ' (not in the catalogue)'}`)
  io.stdout(`wrote ${file}: ${names.length === 0 ? 'no card was found here' : names.join(', ')}\n`)
  return exitCodes.done
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

async function writeNew(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'wx')
    await file.writeFile(text)
    await file.close()
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST'
    throw new JoulemarkError(
      'bad-input',
      `${path}: ${exists ? 'exists already, and is not replaced' : messageOf(error)}`,
    )
  }
}
