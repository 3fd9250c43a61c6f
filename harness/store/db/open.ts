import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely, PostgresDialect } from 'kysely'
import { JoulemarkError, messageOf } from '../../errors.ts'
import { makeFolder } from '../../record/json-file.ts'
import { maskOf } from '../../secret-mask.ts'
import { type PostgresAddress, type StoreAddress, storeName } from './address.ts'
import { migrate } from './migrations.ts'
import { NodeSqliteDialect } from './sqlite.ts'
import type { StoreTables } from './tables.ts'

/** An open store. */
export interface Store {
  readonly db: Kysely<StoreTables>
  readonly kind: StoreAddress['kind']
  /** As messages name it. */
  readonly name: string
}

/** A reader makes no file where there is none. */
export type StoreMode = 'read' | 'write'

const CONNECT_MS = 10_000
/** A server that takes longer for one statement is as good as unreachable. */
const STATEMENT_MS = 120_000

/**
 * Opens a store for a function and closes it after it. Throws `environment` with one line if the store cannot be reached
 * or fails, `bad-input` if there is none at that place; no line holds a password.
 */
export async function withStore<Result>(
  address: StoreAddress,
  env: NodeJS.ProcessEnv,
  mode: StoreMode,
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  const name = storeName(address)
  const password = address.kind === 'postgres' ? passwordOf(address, env) : undefined
  const db = new Kysely<StoreTables>({
    dialect:
      address.kind === 'sqlite'
        ? new NodeSqliteDialect(() => openFile(address.file, mode))
        : await postgresDialect(address, password),
  })
  try {
    await migrate(db, address.kind, name)
    return await use({ db, kind: address.kind, name })
  } catch (error) {
    throw asStoreError(error, name, password)
  } finally {
    await db.destroy().catch(() => undefined)
  }
}

async function openFile(file: string, mode: StoreMode) {
  if (!existsSync(file)) {
    if (mode === 'read') {
      throw new JoulemarkError('bad-input', `${file}: no such store; \`joulemark store push\` makes one`)
    }
    makeFolder(dirname(file))
  }
  const { DatabaseSync } = await import('node:sqlite').catch((cause) => {
    throw new JoulemarkError(
      'environment',
      `a store in a file requires Node 22.13 or later, and this is Node ${process.versions.node}`,
      { cause },
    )
  })
  const database = new DatabaseSync(file, { timeout: 0 })
  // LIKE distinguishes case as PostgreSQL does; a file from elsewhere runs no code of its own
  database.exec('pragma case_sensitive_like = on; pragma trusted_schema = off')
  return database
}

function passwordOf({ passwordVariable }: PostgresAddress, env: NodeJS.ProcessEnv): string | undefined {
  const value = env[passwordVariable ?? 'PGPASSWORD']
  if (passwordVariable !== null && (value === undefined || value === '')) {
    throw new JoulemarkError(
      'bad-input',
      `${passwordVariable}: not set; the address of the store names it as the variable of the password`,
    )
  }
  return value === '' ? undefined : value
}

async function postgresDialect(address: PostgresAddress, password: string | undefined): Promise<PostgresDialect> {
  const { default: pg } = await import('pg')
  const { tls, rootCertificate, user, port } = address
  const authority = rootCertificate === null ? {} : { ca: readAuthority(rootCertificate) }
  const pool = new pg.Pool({
    host: address.host,
    database: address.database,
    ...(port === null ? {} : { port }),
    ...(user === null ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ssl: tls === 'disable' ? false : { rejectUnauthorized: tls === 'verify-full', ...authority },
    max: 2,
    application_name: 'joulemark',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: STATEMENT_MS,
    types: { getTypeParser: parserOf as never },
  })
  // that of an idle connection; whoever uses one gets its error
  pool.on('error', () => undefined)
  return new PostgresDialect({ pool })

  /** The values of PostgreSQL as SQLite has them: JSON as text, large integers as numbers, times in ISO 8601. */
  function parserOf(oid: number, format?: string): unknown {
    if (format === 'binary') return pg.types.getTypeParser(oid, 'binary')
    const { builtins } = pg.types
    if (oid === builtins.JSONB || oid === builtins.JSON) return (text: string) => text
    if (oid === builtins.INT8) return Number
    if (oid === builtins.TIMESTAMPTZ) return (text: string) => new Date(text).toISOString()
    return pg.types.getTypeParser(oid)
  }
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new JoulemarkError('bad-input', `sslrootcert ${path}: cannot be read: ${messageOf(error)}`)
  }
}

/** What to do about an error of the database, by its code or a part of its text. */
const advice: readonly (readonly [RegExp, string])[] = [
  [/^(28P01|28000)$|password must be a string/, 'set the password in PGPASSWORD'],
  [/^3D000$/, 'make the database first: createdb NAME'],
  [/^42501$/, 'the user has no right to do that: `store push` makes tables and inserts rows'],
  [/does not support SSL/, 'add ?sslmode=disable to the address if the network may see the records'],
  [/self-signed|unable to verify|altnames/i, 'name its authority: ?sslmode=verify-full&sslrootcert=FILE'],
  [/^26$|not a database/, 'it is no SQLite file'],
]
/** Errors of the connection that have no code. */
const CONNECTION =
  /^(Connection terminated|timeout exceeded|Query read timeout|The server does not support SSL|SASL)|client has encountered a connection error/

function asStoreError(error: unknown, name: string, password: string | undefined): unknown {
  if (error instanceof JoulemarkError) return error
  // Node tries each address of a name, and puts the failures into one error
  const cause = (error instanceof AggregateError ? (error.errors[0] ?? error) : error) as Error & {
    code?: unknown
    errcode?: number
  }
  const code = typeof cause.code === 'string' ? cause.code : ''
  const text = messageOf(cause)
  const isOfStore =
    /^(E[A-Z]+|ERR_SQLITE_ERROR|ERR_TLS\w*|[A-Z_]*CERT\w*|[0-9A-Z]{5})$/.test(code) || CONNECTION.test(text)
  if (!isOfStore) return error
  const found = advice.find(
    ([pattern]) => pattern.test(code) || pattern.test(String(cause.errcode ?? '')) || pattern.test(text),
  )
  const line = `the store ${name}: ${maskOf([password])(text)}${found === undefined ? '' : `; ${found[1]}`}`
  return new JoulemarkError('environment', line, { cause })
}
