import { sql } from 'kysely'
import { messageOf } from '../../errors.ts'
import type { Store } from '../db/open.ts'
import { insertRecordRows, insertRun, keepVerdict, type RunToPush, runToPush } from '../push.ts'
import { SETTLED_MS, stampOf } from './folder-index.ts'

/** Runs of one transaction, and between two moments at which this process can do something else. */
const RUNS_AT_ONCE = 100

/** A folder as it was when its run was read. */
interface Place {
  readonly directory: string
  readonly stamp: string
  readonly build: string
  readonly digest: string | null
  readonly reason: string | null
}

/** What is to be in a store of folders. */
export interface FolderState {
  /** Every run folder. */
  readonly directories: readonly string[]
  /** Rows of another build of joulemark are made again: it may judge a run otherwise. */
  readonly build: string
  readonly onRead?: (read: number) => void
  readonly now?: () => number
}

/**
 * Brings a store that stands for some run folders up to date: the rows of their records, without their files. What it holds of a
 * folder counts as long as no file of the folder has changed; runs of folders that are gone are removed. It is an index, never
 * a store that anyone pushes to.
 */
export async function followFolders(
  store: Store,
  { directories, build, onRead = () => {}, now = Date.now }: FolderState,
): Promise<void> {
  await sql`create table if not exists places (directory text primary key, stamp text not null, build text not null, digest text, reason text)`.execute(
    store.db,
  )
  const known = new Map((await placesOf(store)).map((place) => [place.directory, place]))
  const here = new Set(directories)
  const gone = [...known.keys()].filter((directory) => !here.has(directory))
  if (gone.length > 0) await forget(store, gone)
  let read = 0
  for (let from = 0; from < directories.length; from += RUNS_AT_ONCE) {
    const changed = directories.slice(from, from + RUNS_AT_ONCE).flatMap((directory) => {
      const stamp = stampOf(directory)
      const place = known.get(directory)
      const isKnown = place !== undefined && place.build === build && place.stamp === stamp?.text
      return isKnown ? [] : [{ directory, stamp }]
    })
    if (changed.length > 0) {
      const runs = await Promise.all(changed.map(({ directory }) => readRows(directory)))
      await keep(
        store,
        changed.map(({ directory, stamp }, at) => {
          // what changes again at once might do so without a new time stamp
          const isSettled = stamp !== null && stamp.newestMs < now() - SETTLED_MS
          return { directory, build, stamp: isSettled ? stamp.text : '', run: runs[at]! }
        }),
      )
      read += changed.length
      onRead(read)
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

type Read = Pick<Place, 'directory' | 'stamp' | 'build'> & { readonly run: Awaited<ReturnType<typeof runToPush>> }

/** A folder that goes while it is read is one that cannot be read. */
const readRows = (directory: string): Promise<Read['run']> =>
  runToPush(directory).catch((error) => ({ id: directory, reason: messageOf(error) }))

async function keep(store: Store, all: readonly Read[]): Promise<void> {
  await store.db.transaction().execute(async (trx) => {
    for (const { directory, stamp, build, run } of all) {
      const digest = isRun(run) ? run.run.digest : null
      const reason = isRun(run) ? null : run.reason
      await sql`insert into places (directory, stamp, build, digest, reason) values (${directory}, ${stamp}, ${build}, ${digest}, ${reason})
        on conflict (directory) do update set stamp = excluded.stamp, build = excluded.build, digest = excluded.digest, reason = excluded.reason`.execute(
        trx,
      )
      if (!isRun(run)) continue
      await trx.deleteFrom('runs').where('digest', '=', run.run.digest).execute()
      if (await insertRun(trx, run.run)) await insertRecordRows(trx, run.rows)
    }
    await removeOrphans(trx)
  })
  for (const { run } of all) if (isRun(run)) await keepVerdict(store, run)
}

const isRun = (run: Read['run']): run is RunToPush => 'rows' in run

const removeOrphans = (db: Parameters<Parameters<ReturnType<Store['db']['transaction']>['execute']>[0]>[0]) =>
  sql`delete from runs where digest not in (select digest from places where digest is not null)`.execute(db)

async function forget(store: Store, directories: readonly string[]): Promise<void> {
  await store.db.transaction().execute(async (trx) => {
    for (const directory of directories) await sql`delete from places where directory = ${directory}`.execute(trx)
    await removeOrphans(trx)
  })
}

async function placesOf(store: Store): Promise<Place[]> {
  const { rows } = await sql<Place>`select directory, stamp, build, digest, reason from places`.execute(store.db)
  return rows
}

/** The folders whose runs are not in the index, each with its reason: changed after their end, not ended, not readable. */
export async function refusedFolders(store: Store): Promise<string[]> {
  const { rows } =
    await sql<Place>`select directory, reason from places where reason is not null order by directory`.execute(store.db)
  return rows.map(({ directory, reason }) => `${directory}: ${reason}`)
}

/** The folders in which runs of a store of folders are, by digest. */
export async function foldersOf(store: Store, digests: readonly string[]): Promise<Map<string, string>> {
  if (digests.length === 0) return new Map()
  const { rows } =
    await sql<Place>`select directory, digest from places where digest in (${sql.join(digests)})`.execute(store.db)
  return new Map(rows.map(({ digest, directory }) => [digest ?? '', directory]))
}
