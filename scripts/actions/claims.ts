import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cardsNamed } from '../../harness/catalogue/find.ts'
import { cardEntryByKey } from '../../harness/catalogue/own/own-cards.ts'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { shellWord } from '../../harness/plain-text.ts'
import { claimsSkeleton, claimsSkeletonJson } from '../../reports/claims/file/skeleton.ts'
import { nextText } from '../../reports/run-answer/next.ts'
import { writeNewFile } from '../../reports/write-files.ts'
import type { CommandIo } from '../support/io.ts'
import { USUAL_CARDS } from './fit.ts'

/** Flags of `claims new`. */
export interface NewClaimsFlags {
  readonly card?: readonly string[]
}

const schemaFile = fileURLToPath(new URL('../../docs/schemas/claims.schema.json', import.meta.url))

/** Writes a claims file to fill in, or prints it where no file is named. A file that exists is never replaced. */
export async function newClaims(path: string | undefined, flags: NewClaimsFlags, io: CommandIo): Promise<number> {
  const cards = (flags.card ?? USUAL_CARDS).map((key) => {
    // a family of editions is one column of a table
    const editions = cardsNamed(key)
    return { key, label: cardEntryByKey(key)?.label ?? `one of ${editions.map(({ label }) => label).join(', ')}` }
  })
  const folder = path === undefined ? process.cwd() : dirname(resolve(path))
  const isJson = path !== undefined && /\.json$/i.test(path)
  const options = { cards, schema: relative(folder, schemaFile) }
  const text = isJson ? claimsSkeletonJson(options) : claimsSkeleton(options)
  if (path === undefined) {
    io.stdout(text)
    return exitCodes.done
  }
  await writeNew(path, text)
  const audit = { command: `report RUN… --claims ${shellWord(path)}`, does: 'checks the claims' }
  io.stdout(`wrote ${path}: fill in the cells as printed\n${nextText([audit], io)}`)
  return exitCodes.done
}

async function writeNew(path: string, text: string): Promise<void> {
  if (!/\.(ya?ml|json)$/i.test(path)) {
    throw new JoulemarkError('bad-input', `${path}: expected a name that ends in .yaml or .json`)
  }
  await writeNewFile(path, text)
}
