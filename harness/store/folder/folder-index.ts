import { createHash, hash } from 'node:crypto'
import { accessSync, constants, existsSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { EMBEDDED_NAME } from '../db/embedded-name.ts'

/** Files that changed later than this may change again without a new time stamp: such a run is read again. */
export const SETTLED_MS = 2000
/** Another process may be writing; what cannot be kept in this time is read again by the next command. */
const WAIT_MS = 1000

interface Known {
  readonly stamp: string
  readonly row: string
}

/** What an index is opened for. */
export interface IndexOptions {
  /** The folder of the runs. */
  readonly folder: string
  /** Rows of another build of joulemark are not used: it may judge a run otherwise. */
  readonly build: string
  readonly env: NodeJS.ProcessEnv
  readonly now?: () => number
}

/**
 * What is known of each run of a folder, kept in the SQL file of the folder from one command to the next: reading and
 * hashing ten thousand runs takes half a minute. A row counts as long as every file of its run has the inode, size and
 * times (of content and of inode, which no program can set) that it had. An index that cannot be read or written is no
 * error. `verify` and `quote` never use it.
 */
export class FolderIndex<Row> {
  readonly #options: IndexOptions
  readonly #path: string
  readonly #known = new Map<string, Known>()
  readonly #added = new Map<string, Known>()
  readonly #seen = new Set<string>()

  private constructor(options: IndexOptions) {
    this.#options = options
    this.#path = indexPath(options.folder, options.env)
  }

  /** The index of a folder; empty where there is none, or where this Node has no SQLite. */
  static async open<Row>(options: IndexOptions): Promise<FolderIndex<Row>> {
    const index = new FolderIndex<Row>(options)
    const database = existsSync(index.#path) ? await openDatabase(index.#path) : null
    if (database === null) return index
    try {
      const rows = database.prepare('select name, stamp, row from folders where build = ?').all(options.build)
      for (const { name, stamp, row } of rows) {
        index.#known.set(String(name), { stamp: String(stamp), row: String(row) })
      }
    } catch {
      // a file of another kind, or one without the table yet
    } finally {
      database.close()
    }
    return index
  }

  /** The row of a run as it was made; null if its folder has changed or was never read. */
  get(directory: string): Row | null {
    const name = basename(directory)
    this.#seen.add(name)
    const known = this.#known.get(name)
    if (known === undefined || known.stamp !== stampOf(directory)?.text) return null
    return JSON.parse(known.row) as Row
  }

  /** Reads a row and keeps it, if it is final, and its folder had settled before and did not change meanwhile. */
  async read(
    directory: string,
    rowOf: (directory: string) => Promise<Row>,
    isFinal: (row: Row) => boolean = () => true,
  ): Promise<Row> {
    const before = stampOf(directory)
    const row = await rowOf(directory)
    const now = this.#options.now ?? Date.now
    const isSettled = before !== null && before.newestMs < now() - SETTLED_MS
    if (isSettled && isFinal(row) && stampOf(directory)?.text === before.text) {
      this.#added.set(basename(directory), { stamp: before.text, row: JSON.stringify(row) })
    }
    return row
  }

  /** Writes what was read, and forgets runs whose folder is gone. */
  async save(): Promise<void> {
    const { folder, build } = this.#options
    const gone = [...this.#known.keys()].filter((name) => !this.#seen.has(name) && !existsSync(join(folder, name)))
    if (this.#added.size === 0 && gone.length === 0) return
    const database = await openDatabase(this.#path)
    if (database === null) return
    try {
      database.exec('create table if not exists folders (name text primary key, build text, stamp text, row text)')
      database.exec('begin immediate')
      const insert = database.prepare('insert or replace into folders (name, build, stamp, row) values (?, ?, ?, ?)')
      for (const [name, { stamp, row }] of this.#added) insert.run(name, build, stamp, row)
      const remove = database.prepare('delete from folders where name = ?')
      for (const name of gone) remove.run(name)
      database.exec('commit')
    } catch {
      // the next command reads the runs again
    } finally {
      database.close()
    }
  }
}

/** Opens a file of SQLite, and makes it and its folder where there is none; null where that cannot be. */
async function openDatabase(path: string): Promise<DatabaseSync | null> {
  try {
    const { DatabaseSync } = await import('node:sqlite')
    mkdirSync(dirname(path), { recursive: true })
    return new DatabaseSync(path, { timeout: WAIT_MS })
  } catch {
    return null
  }
}

/**
 * The file of the index of a folder: in the folder itself or, where this user cannot write there or the file belongs to
 * another user, who might have written anything into it, in the user's cache folder.
 */
export function indexPath(folder: string, env: NodeJS.ProcessEnv): string {
  const inside = join(folder, EMBEDDED_NAME)
  if (isOwn(inside, folder)) return inside
  return cachePath('index', [folder], env)
}

/** A file of the user's cache folder that is about some folders. */
export function cachePath(what: string, folders: readonly string[], env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache')
  const name = createHash('sha256')
    .update(folders.map((folder) => resolve(folder)).join('\0'))
    .digest('hex')
    .slice(0, 16)
  return join(base, 'joulemark', `${what}-${name}.sqlite`)
}

function isOwn(path: string, folder: string): boolean {
  try {
    const info = lstatSync(path, { throwIfNoEntry: false })
    accessSync(info === undefined ? folder : path, constants.W_OK)
    return info === undefined || (info.isFile() && info.uid === (process.getuid?.() ?? info.uid))
  } catch {
    return false
  }
}

/** The state of every file of a folder, and the newest time in it; null if it cannot be read. */
export function stampOf(directory: string): { readonly text: string; readonly newestMs: number } | null {
  try {
    let state = ''
    let newestMs = 0
    for (const name of readdirSync(directory).sort()) {
      const { ino, size, mtimeMs, ctimeMs } = statSync(`${directory}/${name}`)
      state += `${JSON.stringify(name)} ${ino} ${size} ${mtimeMs} ${ctimeMs}\n`
      newestMs = Math.max(newestMs, mtimeMs, ctimeMs)
    }
    return { text: hash('sha256', state, 'hex').slice(0, 32), newestMs }
  } catch {
    return null
  }
}
