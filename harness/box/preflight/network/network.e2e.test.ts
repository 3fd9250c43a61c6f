import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { type FakeHub, type HubFaults, REGISTRY_DIGEST, startFakeHub } from '../../../testing/fake-hub.ts'
import { makeCertificate } from '../../../testing/make-certificate.ts'
import { hubFacts } from './hub.ts'
import { registryFinding } from './registry.ts'
import { ask } from './request.ts'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function hubWith(faults: HubFaults): Promise<FakeHub> {
  const hub = await startFakeHub(faults)
  stops.push(hub.stop)
  return hub
}

describe('the hub', () => {
  const facts = async (faults: HubFaults, token: string | null, repositories = ['org/model']) => {
    const hub = await hubWith(faults)
    const env = { HF_ENDPOINT: hub.url }
    const asked = await hubFacts({
      ask,
      env,
      token,
      repositories,
      offline: null,
      timeoutMs: 5000,
      wallMs: () => Date.now(),
    })
    return { ...asked, asked: hub.asked }
  }

  test('who the token is, what may be read, how fast, and the clock', async () => {
    const { asked, ...found } = await facts({ gated: { 'org/gated': 'hf_valid' }, aheadS: 0 }, 'hf_valid', [
      'org/gated',
      'org/open',
    ])
    expect(found).toMatchObject({
      isMirror: true,
      reach: { state: 'well' },
      token: { state: 'well', user: 'technician' },
      access: [{ finding: { state: 'well' } }, { finding: { state: 'well' } }],
      rate: { state: 'well' },
    })
    expect(found.rate.state === 'well' && found.rate.bytesPerS).toBeGreaterThan(0)
    expect(found.clockOffsetS.state === 'well' && Math.abs(found.clockOffsetS.seconds)).toBeLessThan(30)
    expect(asked.every(({ authorization }) => authorization === 'Bearer hf_valid')).toBe(true)
    expect(asked.map(({ path }) => path)).toContain('/store/org/gated/blob')
  })

  test.each([
    [
      'a licence without a token',
      { gated: { 'org/model': 'hf_x' } },
      null,
      /asks for a licence, and there is no token/,
      /accept the licence.*export HF_TOKEN/,
    ],
    [
      'a licence that this account has not',
      { gated: { 'org/model': 'hf_x' } },
      'hf_other',
      /closed to the account of this token \(HTTP 403\)/,
      /accept the licence/,
    ],
    [
      'a token that is not valid, for a public repository',
      { token: 'hf_new' },
      'hf_old',
      /refuses the token \(HTTP 401\), for public/,
      /unset HF_TOKEN/,
    ],
    ['a repository that is gone', { missing: ['org/model'] }, null, /not there, or private \(HTTP 401\)/, /HF_TOKEN/],
    [
      'one that is gone, with a token',
      { missing: ['org/model'] },
      'hf_x',
      /not there, or private \(HTTP 404\)/,
      /renamed/,
    ],
  ] as const)('%s', async (_, faults, token, text, fix) => {
    const { access } = await facts(faults, token)
    expect(access[0]?.finding).toEqual({
      state: 'fault',
      text: expect.stringMatching(text),
      fix: expect.stringMatching(fix),
    })
    expect(JSON.stringify(access)).not.toContain('hf_')
  })

  test('a repository of images has no config.json, and may be read all the same', async () => {
    const { access } = await facts({ pipelines: ['org/model'] }, null)
    expect(access[0]?.finding).toEqual({ state: 'well' })
  })

  test('a clock that is an hour behind', async () => {
    const { clockOffsetS } = await facts({ aheadS: 3600 }, null)
    expect(clockOffsetS.state === 'well' && clockOffsetS.seconds).toBeCloseTo(-3600, -2)
  })

  test('one that hangs, and one that is not there, are lost after the limit, with a command', async () => {
    const hub = await hubWith({ hangs: true })
    const questions = { ask, token: null, repositories: ['org/model'], offline: null, wallMs: () => Date.now() }
    const hung = await hubFacts({ ...questions, env: { HF_ENDPOINT: hub.url }, timeoutMs: 300 })
    expect(hung.reach).toMatchObject({ state: 'fault', text: expect.stringContaining('did not answer in time') })
    const gone = await hubFacts({ ...questions, env: { HF_ENDPOINT: 'http://127.0.0.1:9' }, timeoutMs: 3000 })
    expect(gone.reach).toMatchObject({ state: 'fault', text: expect.stringContaining('ECONNREFUSED') })
    const nameless = await hubFacts({ ...questions, env: { HF_ENDPOINT: 'http://hub.invalid' }, timeoutMs: 3000 })
    expect(nameless.reach).toMatchObject({
      state: 'fault',
      text: expect.stringMatching(/no such host: hub\.invalid|no DNS server/),
    })
    const wrong = await hubFacts({ ...questions, env: { HF_ENDPOINT: 'huggingface' }, timeoutMs: 3000 })
    expect(wrong.reach).toMatchObject({ state: 'fault', text: expect.stringContaining('is no address') })
  })

  test('offline, nothing is asked', async () => {
    const hub = await hubWith({})
    const env = { HF_ENDPOINT: hub.url }
    const found = await hubFacts({
      ask,
      env,
      token: 'hf_x',
      repositories: ['a/b'],
      offline: '--offline',
      timeoutMs: 1000,
      wallMs: () => 0,
    })
    expect([found.reach.state, hub.asked]).toEqual(['unknown', []])
  })
})

describe('the registry', () => {
  const finding = (hub: FakeHub, over: Partial<Parameters<typeof registryFinding>[1]> = {}) =>
    registryFinding(`${hub.host}/vllm/vllm-openai:v1`, {
      ask,
      proxies: {},
      mirrors: [],
      hasHiddenProxy: false,
      engine: 'docker',
      hasLogin: () => false,
      timeoutMs: 5000,
      ...over,
    })

  test('a manifest, with the anonymous token that the registry names, and without a pull', async () => {
    const hub = await hubWith({ pullsLeft: 93 })
    expect(await finding(hub)).toEqual({
      state: 'well',
      where: 'registry',
      digest: REGISTRY_DIGEST,
      bytes: null,
      pullsLeft: 93,
    })
    expect(hub.asked.map(({ method, path }) => `${method} ${path.split('?')[0]}`)).toEqual([
      'HEAD /v2/vllm/vllm-openai/manifests/v1',
      'GET /token',
      'HEAD /v2/vllm/vllm-openai/manifests/v1',
    ])
  })

  test.each([
    [404, /has no image/, /--tag/],
    [429, /toomanyrequests/, /docker login, or wait six hours/],
    [403, /to accounts only/, /docker login 127\.0\.0\.1/],
  ])('HTTP %d', async (registryStatus, text, fix) => {
    const hub = await hubWith({ registryStatus })
    expect(await finding(hub)).toEqual({
      state: 'fault',
      text: expect.stringMatching(text),
      fix: expect.stringMatching(fix),
    })
  })

  test('a registry of accounts for which the engine has a login is not judged', async () => {
    const hub = await hubWith({ registryStatus: 403 })
    expect(await finding(hub, { hasLogin: () => true })).toMatchObject({ state: 'unknown' })
  })

  test('a mirror of the engine stands in for Docker Hub', async () => {
    const hub = await hubWith({})
    // the hub itself is behind a proxy that is not there
    const proxies = { HTTPS_PROXY: 'http://127.0.0.1:9' }
    const access = { ask, proxies, hasHiddenProxy: false, engine: 'docker', hasLogin: () => false, timeoutMs: 5000 }
    const image = 'vllm/vllm-openai:v1'
    expect(await registryFinding(image, { ...access, mirrors: [`${hub.url}/`] })).toMatchObject({ state: 'well' })
    expect(await registryFinding(image, { ...access, hasHiddenProxy: true, mirrors: [] })).toMatchObject({
      state: 'unknown',
    })
    expect(await registryFinding(image, { ...access, mirrors: [] })).toMatchObject({
      state: 'fault',
      text: expect.stringContaining('ECONNREFUSED'),
      fix: 'check HTTPS_PROXY',
    })
  })
})

describe('one request', () => {
  test('a token goes to the first host only, and to no proxy that is named for others', async () => {
    const other = await hubWith({})
    const first = createServer((_, response) => response.writeHead(302, { location: `${other.url}/org/model/x` }).end())
    first.listen(0, '127.0.0.1')
    await once(first, 'listening')
    stops.push(async () => first.close())
    const url = `http://localhost:${(first.address() as AddressInfo).port}/`
    const headers = { authorization: 'Bearer hf_secret' }
    const proxies = { HTTP_PROXY: 'http://127.0.0.1:9' }
    expect(await ask({ url, method: 'GET', headers, proxies, timeoutMs: 5000 })).toMatchObject({ status: 200 })
    expect(other.asked[0]?.authorization).toBeUndefined()
  })

  test('a proxy that wants a password is named without it', async () => {
    const proxy = createServer().on('connect', (_, socket) =>
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
    )
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    stops.push(async () => proxy.close())
    const proxies = { HTTPS_PROXY: `http://user:hunter2@127.0.0.1:${(proxy.address() as AddressInfo).port}` }
    const answer = await ask({ url: 'https://hub.invalid/', method: 'HEAD', proxies, timeoutMs: 5000 })
    expect(answer).toMatchObject({
      fault: expect.stringContaining('ERR_PROXY_TUNNEL'),
      fix: expect.stringContaining('HTTPS_PROXY'),
    })
    expect(JSON.stringify(answer)).not.toContain('hunter2')
  })

  test('a body that never ends is cut, and one that stalls counts as far as it came', async () => {
    const endless = createServer((request, response) => {
      response.write(Buffer.alloc(2 ** 16))
      if (request.url === '/stalls') return
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(2 ** 16)));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    })
    endless.listen(0, '127.0.0.1')
    await once(endless, 'listening')
    stops.push(async () => {
      endless.closeAllConnections()
      endless.close()
    })
    const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`
    const cut = await ask({ url, method: 'GET', proxies: {}, timeoutMs: 60_000, maxBytes: 2 ** 20 })
    expect('fault' in cut ? 0 : cut.body.length).toBe(2 ** 20)
    const stalled = await ask({ url: `${url}/stalls`, method: 'GET', proxies: {}, timeoutMs: 500 })
    expect('fault' in stalled ? 0 : stalled.body.length).toBe(2 ** 16)
  })

  test('TLS that this process does not trust is marked, because the engine may trust it', async () => {
    const { cert, key } = makeCertificate({ commonName: 'registry', ipv4: ['127.0.0.1'] })
    const server = createTlsServer({ cert, key }, (_, response) => response.end('{}')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    stops.push(async () => server.close())
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
    expect(await ask({ url, method: 'GET', proxies: {}, timeoutMs: 5000 })).toMatchObject({
      fault: expect.stringContaining('SELF_SIGNED'),
      fix: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
      isTrust: true,
    })
  })

  test('what is no HTTP is no answer', async () => {
    const server = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    stops.push(async () => server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    expect(await ask({ url, method: 'GET', proxies: {}, timeoutMs: 5000 })).toMatchObject({
      fault: expect.stringContaining('HPE_'),
    })
  })
})
