import type { Store } from './db/open.ts'
import { findInStore, type StoreEntry } from './find.ts'
import type { Query } from './query/parse.ts'

/** What stays in a store. A run that either rule keeps stays. */
export interface Retention {
  /** Runs that started at or after this moment, ISO 8601; null: age keeps none. */
  readonly since: string | null
  /** The newest of each card, scenario, host and setting, this many; null: number keeps none. */
  readonly newest: number | null
}

/** Runs of one statement. */
const AT_ONCE = 500

/** The runs of a query that a retention does not keep, oldest first: a pure function of the store. */
export async function outdated(store: Store, query: Query, { since, newest }: Retention): Promise<StoreEntry[]> {
  const entries = await findInStore(store, query)
  const groups = Map.groupBy(entries, ({ card, scenario, host, setting }) =>
    JSON.stringify([card, scenario, host, setting]),
  )
  const kept = new Set([...groups.values()].flatMap((group) => (newest === null ? [] : group.slice(-newest))))
  return entries.filter((entry) => !kept.has(entry) && !(since !== null && entry.startedAt >= since))
}

/** Removes runs with all their rows and files. Returns how many were there. */
export async function removeRuns(store: Store, runs: readonly StoreEntry[]): Promise<number> {
  let removed = 0
  for (let from = 0; from < runs.length; from += AT_ONCE) {
    const digests = runs.slice(from, from + AT_ONCE).map(({ digest }) => digest)
    const { numDeletedRows } = await store.db.deleteFrom('runs').where('digest', 'in', digests).executeTakeFirst()
    removed += Number(numDeletedRows)
  }
  return removed
}
