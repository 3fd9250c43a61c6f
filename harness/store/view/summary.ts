import { type SqlBool, sql } from 'kysely'
import type { Store } from '../db/open.ts'
import type { Query } from '../query/parse.ts'
import { whereOf } from '../query/where.ts'

/** What a store has of one value, such as a host, a card or a scenario. */
export interface Tally {
  readonly name: string
  readonly runs: number
  readonly quotable: number
  readonly hosts: number
  /** Newest start, ISO 8601. */
  readonly newest: string
}

/** Runs by where they came from: live and simulated ones are never shown together. */
export interface SourceTally {
  readonly live: number
  readonly simulated: number
}

/** How many runs a store has of either source. */
export async function sourcesInStore(store: Store): Promise<SourceTally> {
  const rows = await store.db
    .selectFrom('runs')
    .select((builder) => ['source', builder.fn.countAll().as('runs')])
    .groupBy('source')
    .execute()
  const of = (source: string) => Number(rows.find((row) => row.source === source)?.runs ?? 0)
  return { live: of('live'), simulated: of('simulated') }
}

/** The runs that a query asks for by the values of one column, the newest first; runs without a value are under `unknown`. */
export async function tallied(store: Store, column: 'host' | 'card' | 'scenario', query: Query): Promise<Tally[]> {
  const rows = await store.db
    .selectFrom('runs')
    .select((builder) => [
      builder.ref(column).as('name'),
      builder.fn.countAll().as('runs'),
      sql<number>`sum(case when quotable then 1 else 0 end)`.as('quotable'),
      sql<number>`count(distinct host)`.as('hosts'),
      builder.fn.max('started_at').as('newest'),
    ])
    .where((builder) => whereOf(query, store.kind)(builder) as ReturnType<typeof sql<SqlBool>>)
    .groupBy(column)
    .execute()
  return rows
    .map(({ name, runs, quotable, hosts, newest }) => ({
      name: name ?? 'unknown',
      runs: Number(runs),
      quotable: Number(quotable),
      hosts: Number(hosts),
      newest,
    }))
    .toSorted((a, b) => b.newest.localeCompare(a.newest) || a.name.localeCompare(b.name, 'en', { numeric: true }))
}

/** Versions of a driver or an engine, the one with the newest first run first: what a fleet was changed to. */
export async function versionsInStore(store: Store, query: Query): Promise<{ driver: string[]; engine: string[] }> {
  const where = (builder: Parameters<ReturnType<typeof whereOf>>[0]) =>
    whereOf(query, store.kind)(builder) as ReturnType<typeof sql<SqlBool>>
  const drivers = await store.db
    .selectFrom('runs')
    .innerJoin('gpus', 'gpus.digest', 'runs.digest')
    .select((builder) => ['gpus.driver as version', builder.fn.min('runs.started_at').as('first')])
    .where(where as never)
    .where('gpus.driver', 'is not', null)
    .groupBy('gpus.driver')
    .execute()
  const engines = await store.db
    .selectFrom('runs')
    .select((builder) => ['engine_version as version', builder.fn.min('started_at').as('first')])
    .where(where)
    .where('engine_version', 'is not', null)
    .groupBy('engine_version')
    .execute()
  const newestFirst = (rows: readonly { readonly version: string | null; readonly first: string }[]) =>
    rows.toSorted((a, b) => b.first.localeCompare(a.first)).flatMap(({ version }) => version ?? [])
  return { driver: newestFirst(drivers), engine: newestFirst(engines) }
}
