import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { parseAddress } from './address.ts'
import { getPage, type PageOptions } from './page.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void
const servers: Server[] = []
/** Path, key and connection of each request. */
let asked: (readonly [path: string, key: string | undefined, connection: string | undefined])[] = []

afterEach(async () => {
  asked = []
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function serving(answer: Answer): Promise<string> {
  const server = createServer((request, response) => {
    const { authorization, connection } = request.headers
    asked.push([request.url ?? '', authorization, connection])
    answer(request, response)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

const limits = { apiKey: 'secret', timeoutMs: 20_000, maxBytes: 2 ** 20 }
const pageAt = (url: string, over: Partial<PageOptions> = {}) =>
  getPage(parseAddress(url), '/metrics', { ...limits, ...over })

const redirecting =
  (location: (request: IncomingMessage) => string): Answer =>
  (request, response) => {
    if (request.url === '/metrics') response.writeHead(307, { location: location(request) }).end('moved')
    else response.end('a 1\n')
  }

describe('a redirect', () => {
  test('on the same origin is followed, with the key', async () => {
    const url = await serving(redirecting(() => '/metrics/'))
    expect(await pageAt(url)).toEqual({ page: 'a 1\n' })
    expect(asked).toEqual([
      ['/metrics', 'Bearer secret', 'close'],
      ['/metrics/', 'Bearer secret', 'close'],
    ])
  })

  test('to another port of the host is followed without the key', async () => {
    const other = await serving((_, response) => response.end('b 2\n'))
    const url = await serving(redirecting(() => `${other}/prometheus`))
    expect(await pageAt(url)).toEqual({ page: 'b 2\n' })
    expect(asked.at(-1)).toEqual(['/prometheus', undefined, 'close'])
  })

  test('to another host is not followed, and the host is named', async () => {
    const url = await serving(redirecting(() => 'http://evil.invalid/metrics'))
    expect(await pageAt(url)).toEqual({
      reason: '/metrics redirects to another host, http://evil.invalid: not followed',
    })
  })

  test.each(['', 'ftp://127.0.0.1/', 'http://[', 'file:///etc/passwd'])('to %j is none', async (location) => {
    const url = await serving((_, response) => response.writeHead(307, { location }).end())
    expect(await pageAt(url)).toEqual({
      reason: expect.stringMatching(/^\/metrics redirects to no valid address|more than 3 times/),
    })
  })

  test('without end is given up', async () => {
    const url = await serving((_, response) => response.writeHead(301, { location: '/metrics' }).end())
    expect(await pageAt(url)).toEqual({ reason: '/metrics redirects more than 3 times' })
    expect(asked).toHaveLength(4)
  })
})

describe('sizes and times', () => {
  test('a compressed page is read', async () => {
    const url = await serving((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('vllm:a 1\n'.repeat(1000))),
    )
    expect(await pageAt(url)).toEqual({ page: 'vllm:a 1\n'.repeat(1000) })
  })

  test('a compressed page is bounded by its size once inflated', async () => {
    const bomb = gzipSync('a 1\n'.repeat(2 ** 22))
    expect(bomb.length).toBeLessThan(2 ** 20)
    const url = await serving((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
    expect(await pageAt(url)).toEqual({ reason: '/metrics is longer than 1048576 bytes' })
  })

  test('what is said to be compressed and is not: a reason', async () => {
    const url = await serving((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain'))
    expect(await pageAt(url)).toEqual({ reason: expect.stringMatching(/^\/metrics cannot be read: /) })
  })

  test('a page without end is left, and its connection with it', async () => {
    let closed = () => {}
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve
    })
    const url = await serving((_, response) => {
      const timer = setInterval(() => response.write('a 1\n'.repeat(20_000)), 1)
      response.on('close', () => {
        clearInterval(timer)
        closed()
      })
    })
    expect(await pageAt(url)).toEqual({ reason: '/metrics is longer than 1048576 bytes' })
    await isClosed
  })

  test('one line of 100 MB is left after its first part', async () => {
    const url = await serving((_, response) => {
      const timer = setInterval(() => response.write('x'.repeat(100_000)), 1)
      response.on('close', () => clearInterval(timer))
    })
    expect(await pageAt(url, { maxBytes: 2 ** 30, maxLineBytes: 2 ** 20 })).toEqual({
      reason: '/metrics has a line longer than 1048576 bytes',
    })
  })

  test('a server that does not answer, or does not end its answer', async () => {
    const url = await serving((request, response) => {
      if (request.url === '/metrics') response.write('a 1\n')
    })
    expect(await pageAt(url, { timeoutMs: 200 })).toEqual({ reason: '/metrics did not answer within 0.2 s' })
    const silent = await serving(() => {})
    expect(await pageAt(silent, { timeoutMs: 200 })).toEqual({ reason: '/metrics did not answer within 0.2 s' })
  })
})

test.each([
  [401, null, '/metrics returned HTTP 401: set OPENAI_API_KEY to the key of the server'],
  [403, 'wrong', '/metrics returned HTTP 403: it does not accept the key in OPENAI_API_KEY'],
  [404, 'secret', '/metrics returned HTTP 404'],
])('HTTP %i with the key %j', async (status, apiKey, reason) => {
  const url = await serving((_, response) => response.writeHead(status).end('x'.repeat(100_000)))
  expect(await pageAt(url, { apiKey })).toEqual({ reason })
})
