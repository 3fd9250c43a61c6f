import { statSync } from 'node:fs'
import { sql } from 'kysely'
import { ACCEPTANCE_FILE } from '../../record/acceptance-file.ts'
import type { StoreAddress } from '../db/address.ts'
import type { Store } from '../db/open.ts'

/**
 * A text that is another one after each change of a store, so that what was made of it can be kept until then. A file says it
 * by its size and times; a database by the number of its runs, of the signed ones, the time of the last push, and a hash over the verdicts of `box`, which may be
 * replaced.
 */
export async function stateOfStore(store: Store, address: StoreAddress): Promise<string> {
  if (address.kind === 'sqlite') return [address.file, `${address.file}-wal`].map(fileState).join(' ')
  const { count, countAll, max } = store.db.fn
  const row = await store.db
    .selectFrom('runs')
    .select([countAll().as('runs'), count('signed_by').as('signed'), max('pushed_at').as('last')])
    .executeTakeFirstOrThrow()
  const verdicts = await store.db
    .selectFrom('files')
    .select(sql<string | null>`md5(string_agg(digest || sha256, ' ' order by digest))`.as('hash'))
    .where('name', '=', ACCEPTANCE_FILE)
    .executeTakeFirstOrThrow()
  return [row.runs, row.signed, row.last, verdicts.hash].join(' ')
}

/** Another text whenever a file was written, replaced or removed. */
export function fileState(path: string): string {
  const info = statSync(path, { bigint: true, throwIfNoEntry: false })
  return info === undefined ? '-' : `${info.ino} ${info.size} ${info.mtimeNs}`
}
