import { describe, expect, test } from 'vitest'
import { parseAddress } from '../address.ts'
import { proxyNote, proxyVariable } from './proxies.ts'

const proxy = 'http://me:secret@proxy:3128'
const variableFor = (url: string, env: Record<string, string>) => proxyVariable(parseAddress(url), env)

describe('the proxy that other programs would use', () => {
  test.each([
    ['http://gpu1:8000', { HTTP_PROXY: proxy }, 'HTTP_PROXY'],
    ['http://gpu1:8000', { http_proxy: proxy, HTTP_PROXY: proxy }, 'http_proxy'],
    ['https://gpu1', { HTTPS_PROXY: proxy }, 'HTTPS_PROXY'],
    ['https://gpu1', { https_proxy: proxy }, 'https_proxy'],
    ['https://gpu1', { HTTP_PROXY: proxy }, null],
    ['http://gpu1', { HTTPS_PROXY: proxy }, null],
    ['http://gpu1', { ALL_PROXY: proxy }, 'ALL_PROXY'],
    ['https://gpu1', { all_proxy: proxy }, 'all_proxy'],
    ['http://gpu1', { HTTP_PROXY: ' ' }, null],
    ['http://gpu1', {}, null],
  ])('%s with %j: %s', (url, env, name) => expect(variableFor(url, env)).toBe(name))

  test.each(['http://127.0.0.1:8000', 'http://127.9.9.9', 'http://localhost:8000', 'http://[::1]:8000'])(
    'none for %s, which is this machine',
    (url) => expect(variableFor(url, { HTTP_PROXY: proxy, ALL_PROXY: proxy })).toBeNull(),
  )

  test.each([
    ['http://gpu1.lan:8000', '*', true],
    ['http://gpu1.lan:8000', 'gpu1.lan', true],
    ['http://gpu1.lan:8000', 'GPU1.LAN', true],
    ['http://gpu1.lan:8000', 'lan', true],
    ['http://gpu1.lan:8000', '.lan', true],
    ['http://gpu1.lan:8000', '*.lan', true],
    ['http://gpu1.lan:8000', 'other, .lan ,x', true],
    ['http://gpu1.lan:8000', 'other .lan', true],
    ['http://gpu1.lan:8000', 'gpu1.lan:8000', true],
    ['http://gpu1.lan:8000', 'gpu1.lan:8001', false],
    ['http://gpu1.lan:8000', 'u1.lan', false],
    ['http://gpu1.lan:8000', 'gpu1.lan.evil', false],
    ['http://10.1.2.3:8000', '10.0.0.0/8', true],
    ['http://11.1.2.3:8000', '10.0.0.0/8', false],
    ['http://10.1.2.3:8000', '10.0.0.0/99', false],
    ['http://10.1.2.3:8000', '10.1.2.3', true],
    ['http://10.1.2.3:8000', '2.3', false],
    ['http://[fd00::7]:8000', 'fd00::/8', true],
    ['http://[fd00::7]:8000', '[fd00::7]:8000', true],
    ['http://[fd00::7]:8000', 'fd00::7', true],
    ['http://[fd00::7]:8000', '10.0.0.0/8', false],
  ])('%s with NO_PROXY %j: excepted is %s', (url, exceptions, isExcepted) => {
    for (const name of ['NO_PROXY', 'no_proxy']) {
      expect(variableFor(url, { HTTP_PROXY: proxy, [name]: exceptions })).toBe(isExcepted ? null : 'HTTP_PROXY')
    }
  })
})

test('the note names the variable and what happens, never its value', () => {
  const note = proxyNote(parseAddress('https://gpu1'), { HTTPS_PROXY: proxy })
  expect(note).toMatch(/^HTTPS_PROXY is set and not used: joulemark connects to the server directly/)
  expect(note).not.toContain('secret')
  expect(proxyNote(parseAddress('https://gpu1'), {})).toBeNull()
})
