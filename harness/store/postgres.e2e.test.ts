import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PostgresServer, postgresPrograms, startPostgres } from '../testing/postgres-server.ts'
import { storeCases } from '../testing/store/store-cases.ts'
import { viewCases } from '../testing/view-cases.ts'
import { withStore } from './db/open.ts'

const programs = postgresPrograms()
const reason = 'reason' in programs ? programs.reason : null

describe.skipIf(reason !== null)(`a store in PostgreSQL${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let server: PostgresServer
  const env: NodeJS.ProcessEnv = {}
  beforeAll(async () => {
    server = await startPostgres(programs)
    Object.assign(env, server.env)
  })
  afterAll(() => server?.stop())

  storeCases('does what a store in a file does', () => server.newDatabase(), env)

  viewCases('PostgreSQL', () => server.newDatabase(), env)

  test.each([
    [
      'a wrong password',
      { user: 'bench' },
      { PGPASSWORD: 'wrong-secret-9' },
      /password authentication failed.*PGPASSWORD/,
    ],
    ['no database', { database: 'none' }, null, /database "none" does not exist.*createdb/],
    ['no server', { port: 1 }, null, /ECONNREFUSED/],
    ['a server without TLS', { tls: 'require' }, null, /does not support SSL.*sslmode=disable/],
  ] as const)('%s is one line without the password', async (_, over, other, expected) => {
    const address = { ...(await server.newDatabase()), ...over }
    const said = await withStore(address, other ?? env, 'read', async () => 'opened').catch((error) => error)
    expect(said).toMatchObject({ code: 'environment', message: expect.stringMatching(expected) })
    expect(String(said.message)).not.toMatch(/\n|wrong-secret|correct-horse/)
  })
})
