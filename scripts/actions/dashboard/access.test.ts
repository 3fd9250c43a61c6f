import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Access, isOwnHost, isOwnOrigin, SESSION_COOKIE } from './access.ts'

const TOKEN = 'a-token-of-some-length'
const HERE = '10.0.0.7'
const none = { authorization: undefined, cookie: undefined }
const bearer = (token: string) => ({ authorization: `Bearer ${token}`, cookie: undefined })
const cookie = (session: string) => ({ authorization: undefined, cookie: `other=1; ${SESSION_COOKIE}=${session}` })
const sessionOf = (access: Access): string => {
  const result = access.logIn(TOKEN, HERE)
  if ('problem' in result) throw new Error(result.problem)
  return result.session
}

describe('who may read', () => {
  test('everybody without a token; with one only who has it', () => {
    expect(new Access(null).allows(none, HERE)).toBe(true)
    const access = new Access(TOKEN)
    expect(
      [none, bearer('wrong'), bearer(''), bearer(`${TOKEN}x`), cookie(TOKEN)].map((each) => access.allows(each, HERE)),
    ).toEqual([false, false, false, false, false])
    expect(access.allows(bearer(TOKEN), HERE)).toBe(true)
  })

  test('a session reads for twelve hours, or until it ends', () => {
    let nowMs = 0
    const access = new Access(TOKEN, () => nowMs)
    const [one, other] = [sessionOf(access), sessionOf(access)]
    expect([one === other, access.allows(cookie(one), HERE), access.allows(cookie(`${one}x`), HERE)]).toEqual([
      false,
      true,
      false,
    ])
    access.logOut(cookie(one).cookie)
    expect([access.allows(cookie(one), HERE), access.allows(cookie(other), HERE)]).toEqual([false, true])
    nowMs = 12 * 3_600_000
    expect(access.allows(cookie(other), HERE)).toBe(false)
  })

  test('after ten wrong tokens their address waits for a minute; sessions and other addresses go on', () => {
    let nowMs = 0
    const access = new Access(TOKEN, () => nowMs)
    const session = sessionOf(access)
    for (let tries = 0; tries < 10; tries += 1) expect(access.logIn('wrong', HERE)).toHaveProperty('problem')
    expect(access.logIn(TOKEN, HERE)).toEqual({ problem: 'Too many wrong tokens: wait a minute.' })
    expect([access.allows(bearer(TOKEN), HERE), access.allows(cookie(session), HERE)]).toEqual([false, true])
    expect([access.allows(bearer(TOKEN), '10.0.0.8'), 'session' in access.logIn(TOKEN, '10.0.0.8')]).toEqual([
      true,
      true,
    ])
    nowMs = 60_001
    expect(access.allows(bearer(TOKEN), HERE)).toBe(true)
  })

  test('the oldest of very many sessions ends', () => {
    const access = new Access(TOKEN)
    const first = sessionOf(access)
    for (let more = 0; more < 200; more += 1) sessionOf(access)
    expect(access.allows(cookie(first), HERE)).toBe(false)
  })
})

describe('the Host header', () => {
  test.each(['127.0.0.1:8090', 'localhost', 'LOCALHOST:1', '[::1]:8090', '10.0.0.7', 'gpu-head:8090'])(
    '%s is ours',
    (host) => {
      expect(isOwnHost(host, ['gpu-head'])).toBe(true)
    },
  )
  test.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '[evil]',
    'a:b:c',
    'localhost:8090/x',
    'localhost@evil',
  ])('%s is not', (host) => {
    expect(isOwnHost(host, ['gpu-head'])).toBe(false)
  })
  test('no name but ours passes', () => {
    fc.assert(
      fc.property(fc.domain(), (name) => {
        expect(isOwnHost(name, [])).toBe(false)
      }),
    )
  })
})

test('a form comes from a page of this dashboard', () => {
  expect(isOwnOrigin(undefined, 'localhost:1')).toBe(true)
  expect(isOwnOrigin('http://localhost:1', 'localhost:1')).toBe(true)
  for (const origin of ['http://evil.example', 'null', 'http://localhost:2', ''])
    expect(isOwnOrigin(origin, 'localhost:1')).toBe(false)
})
