import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { inProcess } from '../../testing/in-process.ts'
import { directFetch } from './direct-fetch.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function serving(answer: RequestListener, port = 0): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a response', () => {
  test('status, headers and body arrive; the connection is not kept', async () => {
    let connection: string | undefined
    const url = await serving((request, response) => {
      connection = request.headers.connection
      response.writeHead(418, { 'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2'] }).end('a teapot')
    })
    const response = await directFetch(`${url}/v1/models`)
    expect([response.status, response.ok, await response.text()]).toEqual([418, false, 'a teapot'])
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(connection).toBe('close')
  })

  test('method, headers and body are sent, with their length', async () => {
    let seen: unknown
    const url = await serving(async (request, response) => {
      const { method, headers } = request
      const body = (await request.toArray()).join('')
      seen = { method, type: headers['content-type'], length: headers['content-length'], body }
      response.end()
    })
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"é":1}' }
    await (await directFetch(url, init)).text()
    expect(seen).toEqual({ method: 'POST', type: 'application/json', length: '8', body: '{"é":1}' })
  })

  test.each([
    ['gzip', gzipSync('{"data":[]}')],
    ['x-gzip', gzipSync('{"data":[]}')],
    ['deflate', deflateSync('{"data":[]}')],
    ['br', brotliCompressSync('{"data":[]}')],
  ])('a body in %s, which was not asked for, is read', async (encoding, bytes) => {
    const url = await serving((request, response) => {
      expect(request.headers['accept-encoding']).toBeUndefined()
      response.writeHead(200, { 'content-encoding': encoding }).end(bytes)
    })
    expect(await (await directFetch(url)).json()).toEqual({ data: [] })
  })

  test('a body that only claims to be gzip is an error', async () => {
    const url = await serving((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain'))
    await expect((await directFetch(url)).text()).rejects.toThrow()
  })

  test('a status without a body', async () => {
    const url = await serving((_, response) => response.writeHead(204).end())
    expect((await directFetch(url)).body).toBeNull()
  })

  test('a status that does not exist, and a body without an end, are errors', async () => {
    const odd = await serving((_, response) => response.writeHead(999).end())
    await expect(directFetch(odd)).rejects.toThrow()
    const endless = await serving((_, response) => {
      const more = () => response.write(Buffer.alloc(1 << 20), () => response.destroyed || more())
      more()
    })
    await expect((await directFetch(endless)).arrayBuffer()).rejects.toThrow('more than 67108864 bytes')
  })

  test('a redirect is an answer', async () => {
    const url = await serving((_, response) => response.writeHead(302, { location: '/other' }).end())
    expect((await directFetch(url)).status).toBe(302)
  })

  test('an aborted request rejects, before and after its headers', async () => {
    const url = await serving((request, response) => {
      if (request.url === '/slow') response.writeHead(200).write('x')
    })
    await expect(directFetch(url, { signal: AbortSignal.timeout(50) })).rejects.toThrow(/abort/i)
    await expect(directFetch(url, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i)
    const response = await directFetch(`${url}/slow`, { signal: AbortSignal.timeout(200) })
    await expect(response.text()).rejects.toThrow()
  })

  test('a port that fetch refuses to use (6000, 6665 and others) is a port like any other', async () => {
    let url: string | null = null
    for (const port of [6000, 6665, 6666, 6667, 6668, 6669, 10_080]) {
      url ??= await serving((_, response) => response.end('ok'), port).catch(() => null)
    }
    if (url === null) throw new Error('all of these ports are taken')
    await expect(fetch(url)).rejects.toThrow()
    expect(await (await directFetch(url)).text()).toBe('ok')
  })
})

const at = (file: string) => JSON.stringify(new URL(file, import.meta.url).href)

describe('proxies of the environment', () => {
  /** Runs a module body in a process in which Node honours the proxies of its environment. */
  async function withProxy(body: string): Promise<{ stdout: string; proxied: string[] }> {
    const proxied: string[] = []
    // Node asks a proxy for a tunnel, for plain HTTP too
    const proxy = await serving(() => {})
    servers.at(-1)?.on('connect', (request, socket) => {
      proxied.push(request.url ?? '')
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    })
    const env = { HTTP_PROXY: proxy, http_proxy: proxy, HTTPS_PROXY: proxy, NO_PROXY: '', no_proxy: '' }
    const { stdout } = await inProcess(body, { ...env, NODE_USE_ENV_PROXY: '1' })
    return { stdout, proxied }
  }

  test('directFetch uses none, where fetch does', async () => {
    const url = await serving((_, response) => response.end('from the server'))
    const { stdout, proxied } = await withProxy(`
      const { directFetch } = await import(${at('./direct-fetch.ts')})
      console.log(await (await directFetch('${url}/direct')).text())
      await fetch('${url}/fetch').catch(() => console.log('refused by the proxy'))`)
    expect(stdout).toBe('from the server\nrefused by the proxy\n')
    expect(proxied).toEqual([new URL(url).host])
  })

  test('the openai package uses none either, as in a scenario with client: sdk', async () => {
    const url = await serving((request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(`data: {"choices":[{"text":"${request.url}"}]}\n\ndata: [DONE]\n\n`)
    })
    const { stdout, proxied } = await withProxy(`
      const { makeSdkSender } = await import(${at('../sdk-request.ts')})
      const { parseAddress } = await import(${at('../address.ts')})
      const send = makeSdkSender(parseAddress('${url}'), null, 'completions', () => performance.now())
      const body = [Buffer.from('{"model":"m","prompt":"p","stream":true}')]
      const { httpStatus, facts } = await send(body, { timeoutMs: 10000, signal: new AbortController().signal })
      console.log(httpStatus, facts.chunks)`)
    expect(stdout).toBe('200 1\n')
    expect(proxied).toEqual([])
  })
})

test('NODE_DEBUG prints no key: neither that of discovery nor that of an image', async () => {
  const url = await serving((_, response) => response.end('{}'))
  const { stdout, stderr } = await inProcess(
    `
    const { directFetch } = await import(${at('./direct-fetch.ts')})
    const { exchangeImage } = await import(${at('../../workloads/image-request.ts')})
    const { parseAddress } = await import(${at('../address.ts')})
    const { Agent } = await import('node:http')
    await (await directFetch('${url}/', { headers: { authorization: 'Bearer sk-not-shown' } })).text()
    const address = parseAddress('${url}')
    const options = { address, apiKey: 'sk-not-shown', agent: new Agent(), now: () => 0, timeoutMs: 5000 }
    console.log((await exchangeImage('{}', { ...options, signal: new AbortController().signal })).outcome)`,
    { NODE_DEBUG: 'http,https,net,tls' },
  )
  expect(stdout).toBe('ok\n')
  expect(stderr).toContain('createConnection')
  expect(stderr).not.toContain('sk-not-shown')
})
