import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JoulemarkError } from '../../errors.ts'
import { parseStoreAddress, storeName } from './address.ts'

const postgres = {
  kind: 'postgres',
  host: 'db.example.com',
  port: null,
  database: 'joulemark',
  user: 'bench',
  tls: 'require',
  rootCertificate: null,
  passwordVariable: null,
}

test.each([
  ['sqlite:results/all.sqlite', { kind: 'sqlite', file: 'results/all.sqlite' }],
  ['postgres://bench@db.example.com/joulemark', postgres],
  ['postgresql://bench@db.example.com:5433/joulemark', { ...postgres, port: 5433 }],
  ['postgres://bench@127.0.0.1/joulemark', { ...postgres, host: '127.0.0.1', tls: 'disable' }],
  ['postgres://bench@[::1]/joulemark', { ...postgres, host: '::1', tls: 'disable' }],
  [
    'postgres://bench@localhost/joulemark?host=/run/postgresql',
    { ...postgres, host: '/run/postgresql', tls: 'disable' },
  ],
  [
    'postgres://bench@db.example.com/joulemark?sslmode=verify-full&sslrootcert=ca.pem',
    { ...postgres, tls: 'verify-full', rootCertificate: 'ca.pem' },
  ],
  ['postgres://bench@db.example.com/joulemark?passwordEnv=STORE_PW', { ...postgres, passwordVariable: 'STORE_PW' }],
])('%s is read', (text, expected) => {
  expect(parseStoreAddress(text, '--store')).toEqual(expected)
})

test.each([
  ['mysql://a@b/c', /^--store: expected sqlite:FILE or postgres:/],
  ['sqlite:', /no file after sqlite:/],
  ['postgres://bench@db.example.com', /no database/],
  ['postgres:///joulemark', /no host; a Unix socket is/],
  ['postgres://bench:s3cret-s3cret@db/joulemark', /has a password in it; set it in PGPASSWORD/],
  ['postgres://bench@db/joulemark?password=s3cret-s3cret', /unknown parameter/],
  ['postgres://bench@db/joulemark?passwordEnv=s3cret-s3cret', /expected the name of a variable/],
  ['postgres://bench@db/joulemark?sslmode=requir', /sslmode: did you mean "require"/],
  ['postgres://bench@db:99999/s3cret-s3cret', /not an address/],
  ['postgres://bench@db/%zz', /encodes nothing/],
])('%s is refused in one line, which does not repeat it', (text, expected) => {
  const refused = () => parseStoreAddress(text, '--store')
  expect(refused).toThrow(expected)
  expect(refused).not.toThrow(/s3cret|\n/)
})

test('whatever the text, there is an address or one line; the name of a store is without its user', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl().map((url) => url.replace(/^\w+/, 'postgres')),
      ),
      (text) => {
        try {
          expect(storeName(parseStoreAddress(text, 'x'))).not.toBe('')
        } catch (error) {
          expect(error).toBeInstanceOf(JoulemarkError)
        }
      },
    ),
  )
  expect(storeName(parseStoreAddress('postgres://bench@db/joulemark', 'x'))).toBe('PostgreSQL database joulemark on db')
})
