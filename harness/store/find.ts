import type { SqlBool, sql } from 'kysely'
import type { Store } from './db/open.ts'
import type { GateRow } from './db/tables.ts'
import type { Query } from './query/parse.ts'
import { whereOf } from './query/where.ts'

/** A run of a store in a list. */
export interface StoreEntry {
  readonly digest: string
  readonly id: string
  readonly status: string
  readonly source: string
  readonly scenario: string
  readonly card: string | null
  readonly host: string
  readonly setting: string | null
  readonly startedAt: string
  readonly quotable: boolean
  /** Why it could not be quoted when it was pushed, one line per reason. */
  readonly reasons: readonly string[]
  readonly redacted: boolean
  readonly bytes: number
}

/** Values of one statement: SQLite takes 32,766. */
const DIGESTS_AT_ONCE = 5000

/** The runs of a store that a query asks for, oldest first. */
export async function findInStore(store: Store, query: Query): Promise<StoreEntry[]> {
  const found = store.db
    .selectFrom('runs')
    .select([
      'digest',
      'id',
      'status',
      'source',
      'scenario',
      'card',
      'host',
      'setting',
      'started_at',
      'quotable',
      'reasons',
      'redacted',
      'bytes',
    ])
    .where((builder) => whereOf(query, store.kind)(builder) as ReturnType<typeof sql<SqlBool>>)
  const newest = query.last === null ? found : found.limit(query.last)
  const rows = await newest.orderBy('started_at', 'desc').orderBy('id', 'desc').orderBy('digest', 'desc').execute()
  return rows.reverse().map(({ started_at, quotable, redacted, reasons, ...rest }) => ({
    ...rest,
    startedAt: started_at,
    quotable: Boolean(quotable),
    redacted: Boolean(redacted),
    reasons: linesOf(reasons),
  }))
}

function linesOf(json: string): string[] {
  const lines: unknown = JSON.parse(json)
  return Array.isArray(lines) ? lines.map(String) : []
}

/** The gates of some runs, by digest, in the order of their records. */
export async function gatesInStore(store: Store, digests: readonly string[]): Promise<Map<string, GateRow[]>> {
  const rows: GateRow[] = []
  for (let from = 0; from < digests.length; from += DIGESTS_AT_ONCE) {
    const some = digests.slice(from, from + DIGESTS_AT_ONCE)
    rows.push(
      ...(await store.db
        .selectFrom('gates')
        .selectAll()
        .where('digest', 'in', some)
        .orderBy('digest')
        .orderBy('position')
        .execute()),
    )
  }
  return Map.groupBy(rows, ({ digest }) => digest)
}

/** Some metrics of some runs, by digest: those that have a value. */
export async function figuresInStore(
  store: Store,
  digests: readonly string[],
  metrics: readonly string[],
): Promise<Map<string, { readonly metric: string; readonly value: number; readonly unit: string }[]>> {
  const rows: { digest: string; metric: string; value: number; unit: string }[] = []
  for (let from = 0; from < digests.length; from += DIGESTS_AT_ONCE) {
    const some = digests.slice(from, from + DIGESTS_AT_ONCE)
    const found = await store.db
      .selectFrom('metrics')
      .select(['digest', 'metric', 'mean', 'unit'])
      .where('digest', 'in', some)
      .where('metric', 'in', metrics)
      .execute()
    rows.push(
      ...found.flatMap(({ digest, metric, mean, unit }) =>
        mean === null ? [] : [{ digest, metric, value: mean, unit }],
      ),
    )
  }
  return Map.groupBy(rows, ({ digest }) => digest)
}
