import { suggestion } from '../../catalogue/nearest.ts'
import { JoulemarkError } from '../../errors.ts'

/** A store in one file. */
export interface SqliteAddress {
  readonly kind: 'sqlite'
  /** Path of the file. */
  readonly file: string
}

/** A store in a database of a PostgreSQL server. The password is never part of it. */
export interface PostgresAddress {
  readonly kind: 'postgres'
  /** Name or IP address, or the folder of the server's Unix socket. */
  readonly host: string
  readonly port: number | null
  readonly database: string
  /** Null: PGUSER, else the user of this process. */
  readonly user: string | null
  readonly tls: (typeof tlsModes)[number]
  /** PEM file of the authority, for `verify-full`; null for those of the system. */
  readonly rootCertificate: string | null
  /** Variable of the environment that holds the password; null: PGPASSWORD, or ~/.pgpass. */
  readonly passwordVariable: string | null
}

export type StoreAddress = SqliteAddress | PostgresAddress

const tlsModes = ['disable', 'require', 'verify-full'] as const
const parameters = ['host', 'sslmode', 'sslrootcert', 'passwordEnv'] as const
const EXPECTED = 'expected sqlite:FILE or postgres://USER@HOST/DATABASE'

/**
 * Reads the address of a store. Throws `bad-input` in one line, which names `where` it was given and never repeats the
 * address: a refused one may hold a password.
 */
export function parseStoreAddress(text: string, where: string): StoreAddress {
  const refuse = (why: string) => new JoulemarkError('bad-input', `${where}: ${why}`)
  const file = /^sqlite:(.*)$/s.exec(text)?.[1]
  if (file !== undefined) {
    if (file === '' || file.includes('\0')) throw refuse(`no file after sqlite:; ${EXPECTED}`)
    return { kind: 'sqlite', file }
  }
  if (!/^postgres(ql)?:\/\//.test(text)) throw refuse(EXPECTED)
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw refuse(`not an address; ${EXPECTED}`)
  }
  if (url.password !== '') {
    throw refuse('has a password in it; set it in PGPASSWORD, or name another variable with ?passwordEnv=NAME')
  }
  return postgresAddress(url, refuse)
}

function postgresAddress(url: URL, refuse: (why: string) => JoulemarkError): PostgresAddress {
  const given = Object.fromEntries(url.searchParams) as Partial<Record<string, string>>
  for (const name of Object.keys(given)) {
    // a name may be a password in a wrong place
    if (!parameters.includes(name as never)) throw refuse(`unknown parameter; known: ${parameters.join(', ')}`)
  }
  const [database, user] = [url.pathname.slice(1), url.username].map((part) => decoded(part, refuse)) as [
    string,
    string,
  ]
  if (database === '') throw refuse(`no database; ${EXPECTED}`)
  const host = given['host'] ?? url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (host === '') throw refuse('no host; a Unix socket is postgres://USER@localhost/DATABASE?host=FOLDER')
  const tls = given['sslmode'] ?? (isHere(host) ? 'disable' : 'require')
  const known = tlsModes.find((mode) => mode === tls)
  if (known === undefined) throw refuse(`sslmode: ${suggestion(tls, tlsModes)}`)
  const variable = given['passwordEnv'] ?? null
  if (variable !== null && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) {
    throw refuse('passwordEnv: expected the name of a variable of the environment, not the password itself')
  }
  return {
    kind: 'postgres',
    host,
    port: url.port === '' ? null : Number(url.port),
    database,
    user: user === '' ? null : user,
    tls: known,
    rootCertificate: given['sslrootcert'] ?? null,
    passwordVariable: variable,
  }
}

function decoded(part: string, refuse: (why: string) => JoulemarkError): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw refuse(`a % that encodes nothing; ${EXPECTED}`)
  }
}

/** Whether a host is this machine: nothing leaves it. */
const isHere = (host: string): boolean => host.startsWith('/') || /^(localhost|127(\.\d+){3}|::1)$/.test(host)

/** A store as messages name it: without its user, which the output masks. */
export function storeName(address: StoreAddress): string {
  if (address.kind === 'sqlite') return address.file
  const { host, port, database } = address
  return `PostgreSQL database ${database} on ${host}${port === null ? '' : `:${port}`}`
}
