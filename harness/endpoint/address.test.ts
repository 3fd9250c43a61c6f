import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JoulemarkError } from '../errors.ts'
import { parseAddress, queryNote } from './address.ts'

describe('an address as people have it at hand', () => {
  const plain = { url: 'http://gpu1:8000', host: 'gpu1', port: 8000, tls: false, authority: 'gpu1:8000', basePath: '' }
  test.each([
    'http://gpu1:8000',
    'http://gpu1:8000/',
    'http://gpu1:8000//',
    'http://gpu1:8000/v1',
    'http://gpu1:8000/v1/',
    'http://gpu1:8000/V1/Completions',
    'http://gpu1:8000/v1/chat/completions/',
    'http://gpu1:8000/v1/models',
    'http://gpu1:8000/v1/models/meta-llama/Llama-3.1-8B',
    'http://gpu1:8000/v1/images/generations',
    'http://gpu1:8000/chat/completions',
    'http://gpu1:8000/metrics',
    'http://gpu1:8000/docs#/default/create_completion',
    'http://gpu1:8000/v1/models?limit=1',
    'HTTP://GPU1:8000/v1',
    'gpu1:8000',
    'gpu1:8000/v1/completions',
    '  http://gpu1:8000/v1\r\n',
  ])('%j', (text) => expect(parseAddress(text)).toEqual(plain))

  test.each([
    ['https://gpu1', { url: 'https://gpu1', port: 443, tls: true, authority: 'gpu1' }],
    ['gpu1', { url: 'http://gpu1', port: 80 }],
    ['http://gpu1:80', { url: 'http://gpu1', port: 80, authority: 'gpu1' }],
    ['[::1]:8000/v1', { url: 'http://[::1]:8000', host: '::1', port: 8000, authority: '[::1]:8000' }],
    ['HTTPS://[2001:DB8::1]/v1', { url: 'https://[2001:db8::1]', host: '2001:db8::1', port: 443 }],
    ['10.0.0.7:8000', { url: 'http://10.0.0.7:8000', host: '10.0.0.7' }],
    ['0.0.0.0:8000', { url: 'http://0.0.0.0:8000', host: '0.0.0.0' }],
    ['http://gw/llama/v1/completions', { url: 'http://gw/llama', basePath: '/llama' }],
    ['http://gw/llama/completions', { url: 'http://gw/llama', basePath: '/llama' }],
    ['http://gw/models/llama/v1', { url: 'http://gw/models/llama', basePath: '/models/llama' }],
    ['http://gw/a b/v1', { url: 'http://gw/a%20b', basePath: '/a%20b' }],
  ])('%j', (text, expected) => expect(parseAddress(text)).toMatchObject(expected))
})

const refusal = (text: string): JoulemarkError => {
  try {
    parseAddress(text)
  } catch (error) {
    if (error instanceof JoulemarkError) return error
    throw error
  }
  throw new Error(`accepted: ${text}`)
}

describe('what is no address', () => {
  test.each([
    ['', '--endpoint "": no address; expected one such as http://127.0.0.1:8000'],
    [' \n', '--endpoint "": no address; expected one such as http://127.0.0.1:8000'],
    ['8000', '--endpoint 8000: no host in it'],
    [':8000/v1', '--endpoint :8000/v1: no host in it'],
    ['1234:8000', '--endpoint 1234:8000: no host in it'],
    ['http://8000', '--endpoint http://8000: no host in it'],
    ['box:eight', '--endpoint box:eight: not a URL'],
    ['http://box:99999', '--endpoint http://box:99999: not a URL'],
    ['http://box:0', 'expected 1 to 65535'],
    ['http:/box:8000', 'expected // after the scheme'],
    ['http:8000', 'expected // after the scheme'],
    ['ftp://box/v1', '--endpoint ftp://box/v1: expected http:// or https://'],
    ['ws://box:8000', 'expected http:// or https://'],
    ['http://bo x:8000', 'not a URL'],
    ['http://box\n:8000', 'a control character or line break in it'],
    ['::1:8000', 'expected an IPv6 address in brackets: http://[::1]:8000'],
    ['http://fe80::1:8000', 'expected an IPv6 address in brackets'],
    ['http://[fe80::1%eth0]:8000', 'expected the name of the host'],
    ['“http://box:8000”', 'not a URL'],
    ['http://me:hunter2@box:8000', 'use OPENAI_API_KEY'],
    ['me@box:8000', 'use OPENAI_API_KEY'],
    ['http://me:pa/ss@box:8000', 'use OPENAI_API_KEY'],
    ['http://box:8000?user=me@box', 'use OPENAI_API_KEY'],
  ])('%j', (text, why) => {
    const error = refusal(text)
    expect(error.message).toContain(why)
    expect(error.message).not.toMatch(/\p{Cc}/u)
    expect(error.code).toBe('bad-input')
  })
})

const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/)
const host = fc.oneof(
  label,
  fc.tuple(label, label).map(([name, domain]) => `${name}.${domain}`),
  fc.ipV4(),
  fc.constantFrom('[::1]', '[2001:db8::7]', '[fe80::1]'),
)
const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: null })
const base = fc.array(label, { maxLength: 2 }).map((parts) => parts.map((part) => `/${part}-x`).join(''))
const call = fc.constantFrom('', '/', '/completions', '/chat/completions', '/models', '/models/', '/completions//')
const tail = fc.constantFrom('', '?', '?api_key=SECRET', '#x', '?a=b/v1/c#/v1')
const space = fc.constantFrom('', ' ', '\n', '\r\n', '\t ')

test('scheme, path of a call, query, fragment and spaces do not change where an address leads', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('', 'http://', 'HTTP://', 'https://', 'hTTps://'),
      fc.record({ host, port, base, call, tail, space }),
      (scheme, { host, port, base, call, tail, space }) => {
        const authority = port === null ? host : `${host}:${port}`
        const tls = scheme.toLowerCase() === 'https://'
        const canonical = parseAddress(`${tls ? 'https' : 'http'}://${authority}${base}`)
        const written = `${space}${scheme}${authority}${base}/v1${call}${tail}${space}`
        expect(parseAddress(written)).toEqual(canonical)
        expect(canonical).toMatchObject({ tls, port: port ?? (tls ? 443 : 80), basePath: base })
        expect(parseAddress(canonical.url)).toEqual(canonical)
        expect(JSON.stringify(parseAddress(written))).not.toContain('SECRET')
      },
    ),
  )
})

test('a user, a password or a query is in no message and in no address', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9@:/?#%" .-]{0,6}s3cr3t[A-Za-z0-9@:/?#%" .-]{0,6}$/)
  const place = fc.constantFrom(
    (text: string) => `http://${text}@box:8000`,
    (text: string) => `http://me:${text}@box:8000/v1`,
    (text: string) => `me:${text}@bo x`,
    (text: string) => `ftp://me:${text}@box`,
    (text: string) => `http://box:99999/v1?key=${text}`,
    (text: string) => `http://box:8000/v1?key=${text}`,
  )
  fc.assert(
    fc.property(secret, place, (text, at) => {
      const written = at(text)
      let seen: string
      try {
        seen = JSON.stringify(parseAddress(written))
      } catch (error) {
        seen = (error as Error).message
      }
      expect(seen).not.toContain('s3cr3t')
    }),
  )
})

test('any text is an address that can be parsed again, or one line', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.webUrl(),
    fc.string().map((text) => `http://${text}`),
  )
  fc.assert(
    fc.property(anything, (text) => {
      try {
        const address = parseAddress(text)
        expect(parseAddress(address.url)).toEqual(address)
        expect(new URL(address.url).pathname).toBe(address.basePath || '/')
        expect(`${address.authority}${address.basePath}`).toMatch(/^[!-~]+$/)
      } catch (error) {
        expect(error).toBeInstanceOf(JoulemarkError)
        expect((error as Error).message).not.toMatch(/\p{Cc}/u)
      }
    }),
  )
})

test.each([
  ['http://box:8000/v1?api_key=SECRET', true],
  ['box:8000?x', true],
  ['http://box:8000/v1', false],
  ['http://box:8000/v1?', false],
  ['http://box:8000/#/a?b', false],
])('of %s it is said that its query is not sent: %s', (text, isSaid) => {
  expect(queryNote(text) !== null).toBe(isSaid)
  expect(queryNote(text) ?? '').not.toContain('SECRET')
})
