import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { JoulemarkError } from '../../harness/errors.ts'
import { findRuns } from '../../harness/record/disk/run-folders.ts'
import { parseRecord, readRun, type StoredRun } from '../../harness/record/read.ts'
import type { Store } from '../../harness/store/db/open.ts'
import type { StoreEntry } from '../../harness/store/find.ts'
import type { CommandIo } from '../support/io.ts'
import { isReference, queryText } from './reference.ts'
import { storeOrEmbedded } from './store-address.ts'

/** Runs that a command was given, wherever they are. */
export interface GivenRuns {
  /** The records, in the order of the arguments; those of a store have a folder that is empty until it is asked for. */
  readonly records: () => Promise<StoredRun[]>
  /** The folder of one of these records, with all its files in it. */
  readonly whole: (directory: string) => Promise<string>
  /** The folders of all runs, with all their files in them. */
  readonly folders: () => Promise<string[]>
}

/**
 * Gives the runs of some arguments to a function: run folders, folders of runs, and queries of the store. The files of runs
 * of a store are in a temporary folder until the function ends. Throws `bad-input` where an argument names no run.
 */
export async function withRuns<Result>(
  paths: readonly string[],
  flags: { readonly store?: string },
  io: CommandIo,
  use: (runs: GivenRuns) => Promise<Result>,
): Promise<Result> {
  if (!paths.some(isReference)) {
    const directories = await findRuns(paths)
    return use({
      records: async () => {
        const stored: StoredRun[] = []
        for (const directory of directories) stored.push(await readRun(directory))
        return stored
      },
      whole: async (directory) => directory,
      folders: async () => directories.map(withoutFile),
    })
  }
  const { withStore } = await import('../../harness/store/db/open.ts')
  const root = await mkdtemp(join(tmpdir(), 'joulemark-runs-'))
  try {
    return await withStore(storeOrEmbedded(flags.store, io.env), io.env, 'read', async (store) =>
      use(runsOf(await placesOf(paths, store), store, root)),
    )
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

const withoutFile = (path: string): string => (basename(path) === 'run.json' ? dirname(path) : path)

/** A run folder, or a run of the store. */
type Place = { readonly directory: string } | { readonly entry: StoreEntry }

async function placesOf(paths: readonly string[], store: Store): Promise<Place[]> {
  const places: Place[] = []
  for (const path of paths) {
    if (isReference(path)) places.push(...(await entriesOf(path, store)).map((entry) => ({ entry })))
    else places.push(...(await findRuns([path])).map((directory) => ({ directory: withoutFile(directory) })))
  }
  const seen = new Set<string>()
  return places.filter((place) => {
    const key = 'entry' in place ? place.entry.digest : place.directory
    return !seen.has(key) && seen.add(key)
  })
}

/** The runs of a store that a reference asks for. Throws `bad-input` if there are none. */
async function entriesOf(reference: string, store: Store): Promise<StoreEntry[]> {
  const [{ parseQuery }, { findInStore }] = await Promise.all([
    import('../../harness/store/query/parse.ts'),
    import('../../harness/store/find.ts'),
  ])
  const entries = await findInStore(store, parseQuery(queryText(reference), new Date()))
  if (entries.length > 0) return entries
  throw new JoulemarkError(
    'bad-input',
    `${reference}: no such run in ${store.name}; \`joulemark store list\` shows them`,
  )
}

function runsOf(places: readonly Place[], store: Store, root: string): GivenRuns {
  const stored = new Map(
    places.flatMap((place) => ('entry' in place ? [[folderOf(place.entry, root), place.entry]] : [])),
  )
  const fetched = new Set<string>()
  const whole = async (directory: string): Promise<string> => {
    const entry = stored.get(directory)
    if (entry === undefined || fetched.has(directory)) return directory
    const { writeRun } = await import('../../harness/store/pull.ts')
    await mkdir(directory, { recursive: true })
    await writeRun(store, entry, directory)
    fetched.add(directory)
    return directory
  }
  const folders = places.map((place) => ('entry' in place ? folderOf(place.entry, root) : place.directory))
  return {
    whole,
    folders: async () => {
      for (const directory of folders) await whole(directory)
      return folders
    },
    records: async () => {
      const { recordTexts } = await import('../../harness/store/pull.ts')
      const entries = [...stored.values()]
      const records = new Map<string, StoredRun['record']>()
      for await (const text of recordTexts(store, entries)) {
        const entry = entries[records.size] as StoreEntry
        records.set(entry.digest, parseRecord(text, entry.id))
      }
      return Promise.all(
        places.map(async (place) =>
          'entry' in place
            ? { directory: folderOf(place.entry, root), record: records.get(place.entry.digest) as StoredRun['record'] }
            : readRun(place.directory),
        ),
      )
    },
  }
}

/** Named by the digest, which is hexadecimal: an id may be anything. */
const folderOf = ({ digest }: StoreEntry, root: string): string =>
  join(root, digest.replace(/[^0-9a-f]/g, '').slice(0, 64))
