import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JoulemarkError } from '../errors.ts'
import { type Verification, verifyRun } from '../evidence/verify-run.ts'
import type { Store } from './db/open.ts'
import { type StoredId, writeRun } from './pull.ts'
import { rowsOf } from './rows.ts'

/** A run of a store that was checked: what is wrong with it, none if nothing is. */
export interface CheckedRun {
  readonly id: string
  readonly digest: string
  readonly problems: readonly string[]
  /** Why this program could not check it; null if it could. */
  readonly fault: string | null
  readonly verification: Verification | null
}

/**
 * Takes a run out of a store and verifies it as a folder is verified; then holds the rows that queries use against its
 * record. Problems are returned; what the database throws is thrown.
 */
export async function checkStored(store: Store, run: StoredId, pinnedKey: string | null): Promise<CheckedRun> {
  const directory = await mkdtemp(join(tmpdir(), 'joulemark-store-'))
  const { id, digest } = run
  try {
    await writeRun(store, run, directory)
    const verification = await verifyRun(directory, pinnedKey)
    const problems = verification.problems.map(({ file, what }) => `${file}: ${what}`)
    const rows = await rowProblems(store, digest, verification)
    return { id, digest, problems: [...problems, ...rows], fault: verification.fault, verification }
  } catch (error) {
    if (!(error instanceof JoulemarkError) || error.code !== 'negative-result') throw error
    return { id, digest, problems: [error.message], fault: null, verification: null }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Rows that are not those of the record: a query would find what is not there. */
async function rowProblems(store: Store, digest: string, verification: Verification): Promise<string[]> {
  const { record } = verification
  if (record === null) return []
  // whether it may be quoted was judged by the joulemark that pushed it
  const { run, ...expected } = rowsOf(digest, record, verification)
  const { quotable: _, reasons: __, signed_by: ___, ...columns } = run
  const stored = await store.db.selectFrom('runs').selectAll().where('digest', '=', digest).executeTakeFirst()
  const odd = Object.entries(columns).filter(([key, value]) => !isSame(stored?.[key as keyof typeof stored], value))
  const problems = odd.map(([key]) => `its row: ${key} is not that of the record`)
  for (const table of ['gpus', 'metrics', 'gates'] as const) {
    const rows = await store.db.selectFrom(table).selectAll().where('digest', '=', digest).execute()
    const texts = (list: readonly object[]) => list.map(rowText).toSorted().join('\n')
    if (texts(rows) !== texts(expected[table])) problems.push(`its rows in ${table} are not those of the record`)
  }
  return problems
}

const isSame = (stored: unknown, value: unknown): boolean => plain(stored) === plain(value)
/** SQLite has 0 and 1 for booleans. */
const plain = (value: unknown): unknown => (typeof value === 'boolean' ? Number(value) : value)
const rowText = (row: object): string =>
  JSON.stringify(
    Object.entries(row)
      .map(([key, value]) => [key, plain(value)])
      .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  )
