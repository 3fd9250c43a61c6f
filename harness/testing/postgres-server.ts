import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { PostgresAddress } from '../store/db/address.ts'
import { accepts, freePort } from './free-ports.ts'

/** Where a PostgreSQL server can be started from, or why none can be. */
export type PostgresPrograms =
  | { readonly folder: string; readonly user: { readonly uid: number; readonly gid: number } | null }
  | { readonly reason: string }

/** A real PostgreSQL server in a temporary folder, with one database and a password. */
export interface PostgresServer {
  /** The address of a new, empty database. */
  readonly newDatabase: () => Promise<PostgresAddress>
  readonly env: Readonly<Record<'PGPASSWORD', string>>
  readonly stop: () => Promise<void>
}

const PASSWORD = 'correct-horse-7'
const USER = 'bench'
const START_MS = 60_000

/** Finds the programs of PostgreSQL on this machine. They do not run as root: then the user `postgres` has to exist. */
export function postgresPrograms(): PostgresPrograms {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...globSync('/usr/lib/postgresql/*/bin')]
  const folder = folders.find((each) => existsSync(join(each, 'initdb')) && existsSync(join(each, 'postgres')))
  if (folder === undefined) return { reason: 'the programs of PostgreSQL (initdb, postgres) are not installed here' }
  if (process.getuid?.() !== 0) return { folder, user: null }
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? []
  if (uid === undefined) return { reason: 'PostgreSQL does not run as root, and there is no user postgres here' }
  return { folder, user: { uid: Number(uid), gid: Number(gid) } }
}

/** Starts a server with settings of its own. Throws if it does not answer within a minute. */
export async function startPostgres(
  found: PostgresPrograms,
  given: Readonly<Record<string, string | number>> = {},
): Promise<PostgresServer> {
  if ('reason' in found) throw new Error(found.reason)
  const { folder, user } = found
  const root = mkdtempSync(join(tmpdir(), 'postgres-'))
  const asUser = user ?? {}
  const passwords = join(root, 'password')
  writeFileSync(passwords, PASSWORD, { mode: 0o600 })
  if (user !== null) for (const path of [root, passwords]) chownSync(path, user.uid, user.gid)
  const data = join(root, 'data')
  const initdb = [
    '-D',
    data,
    '-U',
    USER,
    '--auth=scram-sha-256',
    `--pwfile=${passwords}`,
    '--encoding=UTF8',
    '--no-sync',
  ]
  execFileSync(join(folder, 'initdb'), initdb, { ...asUser, cwd: root, stdio: 'pipe' })
  const port = await freePort()
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: root,
    // tests end with the server: nothing must outlive a power cut
    fsync: 'off',
    ...given,
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(join(folder, 'postgres'), ['-D', data, ...flags], { ...asUser, cwd: root, stdio: 'ignore' })
  await answering(server, port)
  const address: PostgresAddress = {
    kind: 'postgres',
    host: '127.0.0.1',
    port,
    database: 'postgres',
    user: USER,
    tls: 'disable',
    rootCertificate: null,
    passwordVariable: null,
  }
  let databases = 0
  return {
    env: { PGPASSWORD: PASSWORD },
    newDatabase: async () => {
      databases += 1
      const { default: pg } = await import('pg')
      const client = new pg.Client({ host: address.host, port, user: USER, database: 'postgres', password: PASSWORD })
      await client.connect()
      await client.query(`create database store_${databases}`)
      await client.end()
      return { ...address, database: `store_${databases}` }
    },
    stop: async () => {
      const ended = once(server, 'exit')
      // SIGINT: connections are cut, and the server shuts down in order
      server.kill('SIGINT')
      await ended
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** Waits until the server accepts connections and queries. */
async function answering(server: ChildProcess, port: number): Promise<void> {
  const { default: pg } = await import('pg')
  for (const untilMs = performance.now() + START_MS; ; await wait(50)) {
    if (server.exitCode !== null) throw new Error(`postgres ended with code ${server.exitCode}`)
    if (await accepts(port)) {
      const client = new pg.Client({ host: '127.0.0.1', port, user: USER, database: 'postgres', password: PASSWORD })
      const isUp = await client.connect().then(
        () => true,
        () => false,
      )
      await client.end().catch(() => undefined)
      if (isUp) return
    }
    if (performance.now() > untilMs) throw new Error('postgres did not answer within a minute')
  }
}
