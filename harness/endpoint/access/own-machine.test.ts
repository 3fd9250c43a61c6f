import { describe, expect, test } from 'vitest'
import { codeOf, connectMessage, ownMachineFault } from './own-machine.ts'

const coded = (code: string, message = `connect ${code}`): Error => Object.assign(new Error(message), { code })

describe('the code of a failed connection', () => {
  test.each([
    ['an error of the system', coded('ECONNREFUSED'), 'ECONNREFUSED'],
    ['wrapped', new Error('Connection error.', { cause: coded('ECONNRESET') }), 'ECONNRESET'],
    [
      'of several addresses',
      new AggregateError([coded('ECONNREFUSED'), coded('ETIMEDOUT')], 'all failed'),
      'ECONNREFUSED',
    ],
    [
      'of a name whose IPv6 address this machine has no route for',
      new AggregateError([coded('EADDRNOTAVAIL'), coded('ECONNREFUSED')], 'all failed'),
      'ECONNREFUSED',
    ],
    ['where there is a route to none', new AggregateError([coded('ENETUNREACH')], 'all failed'), 'ENETUNREACH'],
    ['a DOMException, whose code is a number', new DOMException('stopped', 'AbortError'), null],
    ['no error', 'text', null],
    ['an error without a code', new Error('x'), null],
  ])('%s', (_, error, code) => expect(codeOf(error)).toBe(code))

  test('causes in a circle end', () => {
    const error = coded('ECONNRESET')
    error.cause = error
    expect(codeOf(error)).toBe('ECONNRESET')
  })
})

test.each([
  ['EMFILE', /file handle.*ulimit -n/],
  ['ENFILE', /file handle.*fs\.file-max/],
  ['EADDRNOTAVAIL', /no free port.*ip_local_port_range/],
  ['ENOBUFS', /memory/],
])('%s is a limit of this machine, with what to do', (code, text) => {
  expect(ownMachineFault(code)).toMatch(text)
  expect(connectMessage(coded(code))).toMatch(new RegExp(`^connect ${code}: .*${text.source}`))
})

test('a refused connection is no limit of this machine, and its message stays as it is', () => {
  expect(ownMachineFault('ECONNREFUSED')).toBeNull()
  expect(ownMachineFault(null)).toBeNull()
  expect(connectMessage(coded('ECONNREFUSED'))).toBe('connect ECONNREFUSED')
})
