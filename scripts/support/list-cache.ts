import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { replaceFile } from '../../harness/record/json-file.ts'

/** Files that changed later than this may change again without a new time stamp: such a run is read again. */
const SETTLED_MS = 2000

interface Entry<Row> {
  readonly stamp: string
  readonly row: Row
}

/**
 * What `list` prints of each run, kept from one call to the next: reading and hashing ten thousand runs takes a minute. A
 * row counts as long as every file of its folder has the inode, size and times (of content and of inode, which no program
 * can set) that it had. A cache that cannot be read or written is no error. `verify` and `quote` never use it.
 */
export class ListCache<Row> {
  readonly #path: string
  readonly #now: () => number
  readonly #known: Readonly<Record<string, Entry<Row>>>
  readonly #kept: Record<string, Entry<Row>> = Object.create(null)
  #isChanged = false

  constructor(path: string, now: () => number = Date.now) {
    this.#path = path
    this.#now = now
    this.#known = readEntries(path)
  }

  /** The row of a run as it was made; null if its folder has changed or was never read. */
  get(directory: string): Row | null {
    const at = resolve(directory)
    const known = this.#known[at]
    if (known === undefined || known.stamp !== stampOf(directory)?.text) return null
    this.#kept[at] = known
    return known.row
  }

  /** Reads a row and keeps it, if it is final, and its folder was at rest before and did not change meanwhile. */
  async read(
    directory: string,
    rowOf: (directory: string) => Promise<Row>,
    isFinal: (row: Row) => boolean = () => true,
  ): Promise<Row> {
    const before = stampOf(directory)
    const row = await rowOf(directory)
    const isAtRest = before !== null && before.newestMs < this.#now() - SETTLED_MS
    if (isAtRest && isFinal(row) && stampOf(directory)?.text === before.text) {
      this.#kept[resolve(directory)] = { stamp: before.text, row }
      this.#isChanged = true
    }
    return row
  }

  /** Writes what was listed; runs that were not are forgotten. */
  save(): void {
    if (!this.#isChanged && Object.keys(this.#kept).length === Object.keys(this.#known).length) return
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
      replaceFile(this.#path, JSON.stringify(this.#kept))
    } catch {
      // the next call reads the runs again
    }
  }
}

/**
 * Where the rows of these folders are kept: in the user's cache folder, one file for each set of folders and each build of
 * joulemark (`build`), because another build may judge a run otherwise.
 */
export function listCachePath(folders: readonly string[], env: NodeJS.ProcessEnv, build: string): string {
  const base = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache')
  const key = createHash('sha256')
    .update(JSON.stringify([build, ...folders.map((folder) => resolve(folder))]))
    .digest('hex')
  return join(base, 'joulemark', `list-${key.slice(0, 16)}.json`)
}

function readEntries<Row>(path: string): Readonly<Record<string, Entry<Row>>> {
  try {
    return Object.assign(Object.create(null), JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return {}
  }
}

/** The state of every file of a folder, and the newest time in it; null if it cannot be read. */
function stampOf(directory: string): { readonly text: string; readonly newestMs: number } | null {
  try {
    const hash = createHash('sha256')
    let newestMs = 0
    for (const name of readdirSync(directory).sort()) {
      const { ino, size, mtimeMs, ctimeMs } = statSync(join(directory, name))
      hash.update(JSON.stringify([name, ino, size, mtimeMs, ctimeMs]))
      newestMs = Math.max(newestMs, mtimeMs, ctimeMs)
    }
    return { text: hash.digest('hex').slice(0, 32), newestMs }
  } catch {
    return null
  }
}
