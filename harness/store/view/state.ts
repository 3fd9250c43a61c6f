import { statSync } from 'node:fs'
import { ACCEPTANCE_FILE } from '../../record/acceptance-file.ts'
import type { StoreAddress } from '../db/address.ts'
import type { Store } from '../db/open.ts'

/**
 * A text that is another one after each change of a store, so that what was made of it can be kept until then. A file says it
 * by its size and times; a database by the number of its runs, of the signed ones, and the time of the last push.
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
    .select(max('sha256').as('highest'))
    .where('name', '=', ACCEPTANCE_FILE)
    .executeTakeFirstOrThrow()
  return [row.runs, row.signed, row.last, verdicts.highest].join(' ')
}

function fileState(path: string): string {
  const info = statSync(path, { bigint: true, throwIfNoEntry: false })
  return info === undefined ? '-' : `${info.ino} ${info.size} ${info.mtimeNs}`
}
