import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'

/** How long a statement waits for other processes that write to the same file. */
const BUSY_MS = 120_000
/** Between two tries, at most: short, at random times, so that no writer is always the last. */
const RETRY_MS = 40

/**
 * The SQLite that is built into Node, for Kysely. Each transaction takes the write lock as it begins, so that it cannot
 * fail half way because another one came first; who waits for the lock does not block this process.
 */
export class NodeSqliteDialect implements Dialect {
  readonly #open: () => Promise<DatabaseSync>

  constructor(open: () => Promise<DatabaseSync>) {
    this.#open = open
  }

  createDriver = (): Driver => new NodeSqliteDriver(this.#open)
  createQueryCompiler = () => new SqliteQueryCompiler()
  createAdapter = () => new LockingAdapter()
  createIntrospector = (db: ConstructorParameters<typeof SqliteIntrospector>[0]) => new SqliteIntrospector(db)
}

/** A migration is one transaction, whose write lock keeps out those of other processes. */
class LockingAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class NodeSqliteDriver implements Driver {
  readonly #open: () => Promise<DatabaseSync>
  #connection: NodeSqliteConnection | null = null
  /** The end of the last user of the one connection. */
  #free: Promise<void> = Promise.resolve()
  #release: (() => void) | null = null

  constructor(open: () => Promise<DatabaseSync>) {
    this.#open = open
  }

  async init(): Promise<void> {
    this.#connection = new NodeSqliteConnection(await this.#open())
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#free
    let release = (): void => {}
    this.#free = new Promise((resolve) => {
      release = resolve
    })
    await before
    this.#release = release
    return this.#connection as DatabaseConnection
  }

  async releaseConnection(): Promise<void> {
    this.#release?.()
  }

  beginTransaction = (connection: DatabaseConnection) => run(connection, 'begin immediate')
  commitTransaction = (connection: DatabaseConnection) => run(connection, 'commit')
  rollbackTransaction = (connection: DatabaseConnection) => run(connection, 'rollback')

  async destroy(): Promise<void> {
    this.#connection?.close()
  }
}

const run = async (connection: DatabaseConnection, sql: string): Promise<void> => {
  await connection.executeQuery(CompiledQuery.raw(sql))
}

class NodeSqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** A statement that found the file locked has had no effect, and may be tried again. */
  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const values = parameters.map(inputOf)
    for (const untilMs = performance.now() + BUSY_MS; ; ) {
      try {
        const statement = this.#database.prepare(sql)
        if (statement.columns().length > 0) return { rows: statement.all(...values) as Row[] }
        return { rows: [], numAffectedRows: BigInt(statement.run(...values).changes) }
      } catch (error) {
        if (!isBusy(error) || performance.now() > untilMs) throw error
        await wait(Math.random() * RETRY_MS)
      }
    }
  }

  // biome-ignore lint/correctness/useYield: every query of a store is small or asks for its rows in pieces
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('queries of a store are not streamed')
  }

  close(): void {
    this.#database.close()
  }
}

/** SQLITE_BUSY and its extended codes. */
const isBusy = (error: unknown): boolean => (((error as { errcode?: number }).errcode ?? 0) & 0xff) === 5

/** SQLite has no booleans. */
const inputOf = (value: unknown): SQLInputValue =>
  typeof value === 'boolean' ? Number(value) : ((value ?? null) as SQLInputValue)
