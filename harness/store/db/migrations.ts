import { type Kysely, type Migration, Migrator, sql } from 'kysely'
import { JoulemarkError } from '../../errors.ts'
import type { StoreAddress } from './address.ts'
import type { StoreTables } from './tables.ts'

type Kind = StoreAddress['kind']

/** What the two databases call the same type. */
const types = {
  sqlite: { json: sql`text`, bytes: sql`blob`, time: sql`text` },
  postgres: { json: sql`jsonb`, bytes: sql`bytea`, time: sql`timestamptz` },
} as const satisfies Record<Kind, object>

/** Every state of the schema in order. One that was released is never changed: the next gets a new entry. */
const migrations = (kind: Kind): Readonly<Record<string, Migration>> => ({
  '0001-runs': { up: (db) => createTables(db, types[kind]) },
})

async function createTables(db: Kysely<unknown>, { json, bytes, time }: (typeof types)[Kind]): Promise<void> {
  const { schema } = db
  await schema
    .createTable('runs')
    .addColumn('digest', 'text', (column) => column.primaryKey())
    .addColumn('record_sha256', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('scenario', 'text', (column) => column.notNull())
    .addColumn('scenario_sha256', 'text', (column) => column.notNull())
    .addColumn('model', 'text')
    .addColumn('card', 'text')
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('engine', 'text')
    .addColumn('engine_version', 'text')
    .addColumn('served_model', 'text')
    .addColumn('power_limit_w', 'double precision')
    .addColumn('setting', 'text')
    .addColumn('started_at', time, (column) => column.notNull())
    .addColumn('ended_at', time)
    .addColumn('tool_version', 'text', (column) => column.notNull())
    .addColumn('quotable', 'boolean', (column) => column.notNull())
    .addColumn('reasons', 'text', (column) => column.notNull())
    .addColumn('redacted', 'boolean', (column) => column.notNull())
    .addColumn('signed_by', 'text')
    .addColumn('record', json, (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('pushed_at', time, (column) => column.notNull())
    .execute()
  /** A table of rows that go with their run. */
  const partOfRun = (table: string) =>
    schema
      .createTable(table)
      .addColumn('digest', 'text', (column) => column.notNull().references('runs.digest').onDelete('cascade'))
  await partOfRun('gpus')
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('uuid', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('driver', 'text')
    .addColumn('serving', 'boolean', (column) => column.notNull())
    .addPrimaryKeyConstraint('gpus_key', ['digest', 'position'])
    .execute()
  await partOfRun('metrics')
    .addColumn('metric', 'text', (column) => column.notNull())
    .addColumn('mean', 'double precision')
    .addColumn('low', 'double precision')
    .addColumn('high', 'double precision')
    .addColumn('n', 'integer', (column) => column.notNull())
    .addColumn('unit', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addPrimaryKeyConstraint('metrics_key', ['digest', 'metric'])
    .execute()
  await partOfRun('gates')
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('gate', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('required', 'boolean', (column) => column.notNull())
    .addColumn('evidence', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('gates_key', ['digest', 'position'])
    .execute()
  await partOfRun('files')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('files_key', ['digest', 'name'])
    .execute()
  await partOfRun('parts')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('part', 'integer', (column) => column.notNull())
    .addColumn('content', bytes, (column) => column.notNull())
    .addPrimaryKeyConstraint('parts_key', ['digest', 'name', 'part'])
    .execute()
  await schema.createIndex('runs_started').on('runs').columns(['started_at', 'id']).execute()
  await schema.createIndex('runs_scenario').on('runs').columns(['scenario', 'card']).execute()
  await schema.createIndex('gpus_uuid').on('gpus').column('uuid').execute()
  await schema.createIndex('metrics_mean').on('metrics').columns(['metric', 'mean']).execute()
}

/**
 * Brings a store to the schema of this joulemark. Several processes may do so at once: one does, the others wait. Throws
 * `bad-input` for a store of a later version.
 */
export async function migrate(db: Kysely<StoreTables>, kind: Kind, name: string): Promise<void> {
  const all = migrations(kind)
  const done = await migrationsOf(db)
  const later = done.find((each) => !Object.hasOwn(all, each))
  if (later !== undefined) {
    throw new JoulemarkError('bad-input', `${name}: was written by a later joulemark (${later}); update this one`)
  }
  if (Object.keys(all).every((each) => done.includes(each))) return
  const { error } = await new Migrator({ db, provider: { getMigrations: async () => all } }).migrateToLatest()
  if (error) throw error
}

/** The migrations that a store has seen; none of an empty one. Needs no right but to read. */
async function migrationsOf(db: Kysely<StoreTables>): Promise<string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
    return rows.map(({ name }) => name)
  } catch (error) {
    const isAbsent = (error as { code?: string }).code === '42P01' || /no such table/.test((error as Error).message)
    if (isAbsent) return []
    throw error
  }
}
