import { gunzipSync } from 'node:zlib'
import { type SqlBool, sql } from 'kysely'
import { messageOf } from '../../errors.ts'
import { ACCEPTANCE_FILE } from '../../record/acceptance-file.ts'
import { parseRecord } from '../../record/read.ts'
import type { RunRecord } from '../../record/schema/run.ts'
import type { Store } from '../db/open.ts'
import type { Query } from '../query/parse.ts'
import { whereOf } from '../query/where.ts'

/** Records that are read at once: a page needs hundreds, and each has some ten kilobytes. */
const RECORDS_AT_ONCE = 200
/** A verdict of a box is far smaller. */
const MOST_FILE_BYTES = 2 ** 20

/** A run of a store with its record as the rows have it: `store verify` compares that with the bytes that were pushed. */
export interface ViewedRun {
  readonly digest: string
  readonly record: RunRecord
  /** Whether it could be quoted when it was pushed. */
  readonly quotable: boolean
  readonly reasons: readonly string[]
}

/** Runs that could be read, and a line for each that could not, such as one of a later version. */
export interface ViewedRuns {
  readonly runs: readonly ViewedRun[]
  readonly unreadable: readonly string[]
  /** How many the query asks for; those beyond `most` were not read. */
  readonly asked: number
  /** Units in a scenario at a setting of which no run was read, because `most` was reached. */
  readonly cellsNotRead: number
}

/** How much a page takes: the newest of each unit in each scenario, and not more than so many in all. */
export interface Portion {
  readonly perCell: number
  readonly most: number
}

/**
 * The newest runs of each unit in each scenario at each setting that a query asks for, oldest first. A unit is told by host and
 * lowest UUID of its serving GPUs. Reads no more than `most` records and says how many there were: the newest of every unit in
 * every scenario comes before the second newest of any, so that a unit that is measured often displaces no other.
 */
export async function newestRuns(store: Store, query: Query, { perCell, most }: Portion): Promise<ViewedRuns> {
  const { db } = store
  const ranked = db
    .selectFrom('runs')
    .leftJoin(
      db
        .selectFrom('gpus')
        .select((builder) => ['gpus.digest as digest', builder.fn.min('gpus.uuid').as('uuid')])
        .where('gpus.serving', '=', true)
        .groupBy('gpus.digest')
        .as('units'),
      'units.digest',
      'runs.digest',
    )
    .select([
      'runs.digest as digest',
      'runs.started_at as started_at',
      sql<number>`row_number() over (partition by runs.host, units.uuid, runs.scenario, runs.setting order by runs.started_at desc, runs.digest desc)`.as(
        'place',
      ),
    ])
    .where((builder) => whereOf(query, store.kind)(builder as never) as ReturnType<typeof sql<SqlBool>>)
  const found = await db
    .selectFrom(ranked.as('ranked'))
    .select(['digest', 'place'])
    .where('place', '<=', perCell)
    .orderBy('started_at', 'desc')
    .orderBy('digest', 'desc')
    .limit(Math.min(query.last ?? Number.MAX_SAFE_INTEGER, 100_000))
    .execute()
  // PostgreSQL gives a count of 64 bits as text
  const byPlace = found
    .map((row, at) => ({ ...row, at, place: Number(row.place) }))
    .toSorted((a, b) => a.place - b.place)
  const oldestFirst = byPlace.slice(0, most).toSorted((a, b) => b.at - a.at)
  const read = await runsOf(
    store,
    oldestFirst.map(({ digest }) => digest),
  )
  const cellsNotRead = byPlace.slice(most).filter(({ place }) => place === 1).length
  return { ...read, asked: found.length, cellsNotRead }
}

/**
 * Of each card in each scenario at each setting the newest live run that could be quoted when it was pushed. Redacted copies are
 * not asked: their originals are.
 */
export async function newestQuotable(store: Store, most: number): Promise<Pick<ViewedRuns, 'runs' | 'unreadable'>> {
  const ranked = store.db
    .selectFrom('runs')
    .select([
      'digest',
      'scenario',
      'card',
      sql<number>`row_number() over (partition by card, scenario, setting order by started_at desc, digest desc)`.as(
        'place',
      ),
    ])
    .where('source', '=', 'live')
    .where('quotable', '=', true)
    .where('redacted', '=', false)
  const found = await store.db
    .selectFrom(ranked.as('ranked'))
    .select('digest')
    .where('place', '=', 1)
    .orderBy('scenario')
    .orderBy('card')
    .limit(most)
    .execute()
  return runsOf(
    store,
    found.map(({ digest }) => digest),
  )
}

/** The verdict of `box` with the newest run of a host that has one: its text, and the run that it must be about. */
export async function verdictOfHost(
  store: Store,
  host: string,
): Promise<{ readonly text: string; readonly id: string; readonly recordSha256: string } | null> {
  const row = await store.db
    .selectFrom('runs')
    .innerJoin('files', 'files.digest', 'runs.digest')
    .select(['runs.digest as digest', 'runs.id as id', 'runs.record_sha256 as record_sha256'])
    .where('files.name', '=', ACCEPTANCE_FILE)
    .where('runs.host', '=', host)
    .orderBy('runs.started_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  const text = row === undefined ? null : await textOfFile(store, row.digest, ACCEPTANCE_FILE)
  return row === undefined || text === null ? null : { text, id: row.id, recordSha256: row.record_sha256 }
}

/** The runs of some digests, in their order. */
export async function runsOf(
  store: Store,
  digests: readonly string[],
): Promise<Pick<ViewedRuns, 'runs' | 'unreadable'>> {
  const runs: ViewedRun[] = []
  const unreadable: string[] = []
  for (let from = 0; from < digests.length; from += RECORDS_AT_ONCE) {
    const some = digests.slice(from, from + RECORDS_AT_ONCE)
    const rows = await store.db
      .selectFrom('runs')
      .select(['digest', 'id', 'record', 'quotable', 'reasons'])
      .where('digest', 'in', some)
      .execute()
    const byDigest = new Map(rows.map((row) => [row.digest, row]))
    for (const digest of some) {
      const row = byDigest.get(digest)
      if (row === undefined) continue
      try {
        const record = parseRecord(row.record, row.id)
        runs.push({ digest, record, quotable: Boolean(row.quotable), reasons: linesOf(row.reasons) })
      } catch (error) {
        unreadable.push(messageOf(error))
      }
    }
  }
  return { runs, unreadable }
}

function linesOf(json: string): string[] {
  const lines: unknown = JSON.parse(json)
  return Array.isArray(lines) ? lines.map(String) : []
}

/** A small file of a run as text; null where there is none, or it is no gzip stream of that size. */
async function textOfFile(store: Store, digest: string, name: string): Promise<string | null> {
  const parts = await store.db
    .selectFrom('parts')
    .select('content')
    .where('digest', '=', digest)
    .where('name', '=', name)
    .orderBy('part')
    .execute()
  if (parts.length === 0) return null
  try {
    return gunzipSync(Buffer.concat(parts.map(({ content }) => content)), {
      maxOutputLength: MOST_FILE_BYTES,
    }).toString()
  } catch {
    return null
  }
}
