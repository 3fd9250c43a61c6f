import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../errors.ts'
import { createFolder } from '../disk/create-folder.ts'
import { toJson } from '../json-file.ts'
import type { ChainLink } from '../schema/signature.ts'
import { fingerprintOf } from './signature.ts'

/**
 * The chain of a key: one small file per record that it signed, in a folder beside the key. Each signed record holds its
 * place and the digest of the record before it, so that a record omitted from a collection leaves a gap.
 *
 * A place is taken by creating its file with its whole content, which only one process can do: two runs that end at once
 * get two places, and a crash leaves no lock behind. A place is taken before its record is written, so that no two records
 * share one; if the record is lost, its file here says which run it was.
 */
const entrySchema = z.strictObject({
  chain: z.string().regex(/^[0-9a-f]{16}$/),
  place: z.int().positive(),
  run: z.string(),
  manifestSha256: z.string().regex(/^[0-9a-f]{64}$/),
})
type Entry = z.infer<typeof entrySchema>

/** The folder of the chain of a key: beside its file, named by the fingerprint of the public key. */
export const chainFolder = (keyPath: string, publicHex: string): string =>
  join(dirname(keyPath), `chain-${fingerprintOf(publicHex)}`)

/** What was made for a place of the chain, and what the chain keeps of it. */
export interface Made<Taken> {
  readonly taken: Taken
  /** Run id and digest of the whole record. */
  readonly entry: { readonly run: string; readonly digest: string }
}

/** More attempts than runs that end in the same moment on one machine. */
const MOST_ATTEMPTS = 100

/**
 * Takes the next place of a chain for what `make` makes of it, and returns that. `make` is called again with a later place
 * if another run took this one meanwhile. Throws if the folder cannot be read or written.
 */
export async function takePlace<Taken>(
  folder: string,
  make: (link: ChainLink) => Promise<Made<Taken>>,
): Promise<Taken> {
  createFolder(folder, 0o700)
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const last = lastEntry(folder)
    const id = last?.chain ?? randomBytes(8).toString('hex')
    const place = (last?.place ?? 0) + 1
    const { taken, entry } = await make({ id, place, previous: last?.manifestSha256 ?? null })
    if (takes(folder, { chain: id, place, run: entry.run, manifestSha256: entry.digest })) return taken
  }
  throw new Error(`${folder}: no place was free in ${MOST_ATTEMPTS} attempts`)
}

/** A place of the chain that is taken, and the digest of the record that it was taken for. */
export interface TakenPlace {
  readonly link: ChainLink
  readonly digest: string
}

/**
 * Places of a chain that were taken for a run, the last one first. There is one; more where signing was cut and done again
 * on a record that had changed. Throws if the folder cannot be read.
 */
export function placesOfRun(folder: string, run: string): TakenPlace[] {
  const entries = entryNames(folder).map((name) => readEntry(folder, name))
  return entries
    .flatMap(({ chain, place, run: of, manifestSha256: digest }, index) =>
      of === run ? [{ link: { id: chain, place, previous: entries[index - 1]?.manifestSha256 ?? null }, digest }] : [],
    )
    .reverse()
}

const entryNames = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^\d{8}\.json$/.test(name))
        .toSorted()
    : []

/** The entry with the highest place; null for a new key. */
function lastEntry(folder: string): Entry | null {
  const last = entryNames(folder).at(-1)
  return last === undefined ? null : readEntry(folder, last)
}

function readEntry(folder: string, name: string): Entry {
  const path = join(folder, name)
  let entry: Entry
  try {
    entry = entrySchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    throw new Error(`${path}: not an entry of the chain: ${messageOf(error)}`)
  }
  if (fileOf(entry.place) !== name) throw new Error(`${path}: holds place ${entry.place}`)
  return entry
}

const fileOf = (place: number): string => `${String(place).padStart(8, '0')}.json`

/** Creates the file of a place with its content at once. False if another process has taken the place. */
function takes(folder: string, entry: Entry): boolean {
  const beside = join(folder, `.${entry.place}.${process.pid}.${entry.manifestSha256.slice(0, 16)}`)
  try {
    writeFileSync(beside, toJson(entry), { mode: 0o600, flush: true })
    linkSync(beside, join(folder, fileOf(entry.place)))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(beside, { force: true })
  }
}
