import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttp, type RequestListener } from 'node:http'
import { createServer as createHttps, type ServerOptions } from 'node:https'
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTls } from 'node:tls'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { JoulemarkError } from '../../errors.ts'
import { inProcess } from '../../testing/in-process.ts'
import { makeCertificate } from '../../testing/make-certificate.ts'
import { parseAddress } from '../address.ts'
import { listModels } from '../discover.ts'
import { whyUnreachable } from './unreachable.ts'

const folder = mkdtempSync(join(tmpdir(), 'joulemark-tls-'))
afterAll(() => rmSync(folder, { recursive: true }))

// whoever runs this may have certificates of a company there
beforeEach(() => vi.stubEnv('NODE_EXTRA_CA_CERTS', undefined))
afterEach(() => vi.unstubAllEnvs())

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function listening(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const models: RequestListener = (request, response) => {
  response.setHeader('content-type', 'application/json').setHeader('connection', 'close')
  response.end(JSON.stringify({ object: 'list', data: [{ id: `model at ${request.url}`, object: 'model' }] }))
}
const overTls = (options: ServerOptions) => listening(createHttps(options, models))

/** The line that a command ends with when it asks this address for its models. */
async function lineFor(url: string): Promise<string> {
  try {
    return `served: ${JSON.stringify(await listModels(parseAddress(url), null))}`
  } catch (error) {
    expect(error).toBeInstanceOf(JoulemarkError)
    const { message } = error as JoulemarkError
    expect(message).not.toMatch(/\p{Cc}/u)
    return message
  }
}

const day = (offset: number): Date => new Date(Date.now() + offset * 86_400_000)
const authority = makeCertificate({ commonName: 'Lab Authority', isAuthority: true })
const here = { dns: ['localhost'], ipv4: ['127.0.0.1'] }

describe('a certificate that is not accepted is named, with what to do', () => {
  test('signed by itself', async () => {
    const port = await overTls(makeCertificate({ commonName: 'box', ...here }))
    expect(await lineFor(`https://127.0.0.1:${port}`)).toBe(
      `endpoint https://127.0.0.1:${port}: its TLS certificate (DEPTH_ZERO_SELF_SIGNED_CERT) is signed by itself, and not trusted here; start joulemark with NODE_EXTRA_CA_CERTS=FILE.pem, a file with it or with its authority, or set NODE_USE_SYSTEM_CA=1 where the system trusts it`,
    )
  })

  test('signed by an authority that is not known, sent alone or with that authority', async () => {
    const signed = makeCertificate({ commonName: 'box', ...here, issuer: authority })
    const alone = await lineFor(`https://127.0.0.1:${await overTls(signed)}`)
    expect(alone).toContain('UNABLE_TO_VERIFY_LEAF_SIGNATURE) is signed by an authority that is not known here; start')
    const chain = { key: signed.key, cert: signed.cert + authority.cert }
    const whole = await lineFor(`https://127.0.0.1:${await overTls(chain)}`)
    expect(whole).toContain('SELF_SIGNED_CERT_IN_CHAIN) is signed by an authority that is not trusted here; start')
  })

  test('NODE_EXTRA_CA_CERTS is set, and does not help: without the authority, or no file', async () => {
    const port = await overTls(makeCertificate({ commonName: 'box', ...here }))
    const address = parseAddress(`https://127.0.0.1:${port}`)
    const error = Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    const other = join(folder, 'other.pem')
    writeFileSync(other, authority.cert)
    expect(await whyUnreachable(address, error, { NODE_EXTRA_CA_CERTS: other })).toContain(
      `NODE_EXTRA_CA_CERTS=${other} holds neither it nor its authority: name a file that does`,
    )
    expect(await whyUnreachable(address, error, { NODE_EXTRA_CA_CERTS: '/no/such.pem' })).toContain(
      'NODE_EXTRA_CA_CERTS=/no/such.pem cannot be read: start joulemark with',
    )
  })
})

/** Asks for the models in a process that trusts the authority; gives what it prints. */
async function reachInProcess(
  url: string,
  env: Record<string, string> = {},
): Promise<{ stdout: string; stderr: string }> {
  const trusted = join(folder, 'authority.pem')
  writeFileSync(trusted, authority.cert)
  const at = (file: string) => JSON.stringify(new URL(file, import.meta.url).href)
  const code = `
    const { parseAddress } = await import(${at('../address.ts')})
    const { listModels } = await import(${at('../discover.ts')})
    const { Connection } = await import(${at('../wire/connection.ts')})
    const address = parseAddress(${JSON.stringify(url)})
    const models = await listModels(address, null).catch((error) => error.message)
    console.log(JSON.stringify(models))
    const connection = new Connection(address, () => performance.now())
    await connection.open(5000).then(() => console.log('open'), (error) => console.log(error.code))
    connection.close()`
  return inProcess(code, { NODE_EXTRA_CA_CERTS: trusted, ...env })
}

describe('with an authority in NODE_EXTRA_CA_CERTS', () => {
  test('discovery and load connect by IP address and by name, without a warning', async () => {
    const port = await overTls(makeCertificate({ commonName: 'box', ...here, issuer: authority }))
    for (const host of ['127.0.0.1', 'localhost']) {
      const { stdout, stderr } = await reachInProcess(`https://${host}:${port}/v1/completions`)
      const [models = '', opened] = stdout.split('\n')
      expect([JSON.parse(models), opened]).toEqual([[expect.objectContaining({ id: 'model at /v1/models' })], 'open'])
      expect(stderr).toBe('')
    }
  })

  test('a name is sent to the server in the handshake, an IP address is not', async () => {
    const asked: string[] = []
    const options = makeCertificate({ commonName: 'box', ...here, issuer: authority })
    const SNICallback: ServerOptions['SNICallback'] = (name, done) => {
      asked.push(name)
      done(null)
    }
    const port = await overTls({ ...options, SNICallback })
    await reachInProcess(`https://127.0.0.1:${port}`)
    expect(asked).toEqual([])
    await reachInProcess(`https://localhost:${port}`)
    expect(asked).toEqual(['localhost', 'localhost'])
  })

  test.each([
    [
      'another name',
      { dns: ['gpu1.lan', 'gpu1'] },
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'is not for 127.0.0.1 but for DNS:gpu1.lan, DNS:gpu1; use a name in it as the address',
    ],
    ['no name but its own', {}, 'ERR_TLS_CERT_ALTNAME_INVALID', 'is not for 127.0.0.1 but for CN box; use a name'],
    [
      'expired',
      { ...here, validFrom: day(-9), validTo: day(-2) },
      'CERT_HAS_EXPIRED',
      `expired on ${day(-2).toISOString().slice(0, 10)}; renew it, or correct the clock of this machine`,
    ],
    [
      'not valid yet',
      { ...here, validFrom: day(2), validTo: day(9) },
      'CERT_NOT_YET_VALID',
      `is not valid before ${day(2).toISOString().slice(0, 10)}; correct the clock of this machine`,
    ],
  ])('a certificate for %s', async (_, options, code, line) => {
    const port = await overTls(makeCertificate({ commonName: 'box', ...options, issuer: authority }))
    const { stdout } = await reachInProcess(`https://127.0.0.1:${port}`)
    expect(stdout).toContain(`its TLS certificate (${code}) ${line}`)
    expect(stdout).toContain(`\n${code}\n`)
  })
})

/** The command of docs/run.md that keeps the certificate of a server. */
const [, keepCertificate = ''] =
  /`(openssl s_client [^`]+)`/.exec(readFileSync(new URL('../../../docs/run.md', import.meta.url), 'utf8')) ?? []
const hasOpenssl = spawnSync('openssl', ['version']).status === 0

test.skipIf(!hasOpenssl)('the command of docs/run.md keeps a certificate that is then trusted', async () => {
  const port = await overTls(makeCertificate({ commonName: 'box', ...here }))
  expect(keepCertificate).toContain('gpu1:443')
  const command = keepCertificate.replace('gpu1:443', `127.0.0.1:${port}`)
  // not synchronously: the server is in this process
  const child = spawn('sh', ['-c', command], { cwd: folder, stdio: 'ignore' })
  await new Promise((resolve) => child.once('close', resolve))
  const { stdout, stderr } = await reachInProcess(`https://127.0.0.1:${port}`, {
    NODE_EXTRA_CA_CERTS: join(folder, 'gpu1.pem'),
  })
  expect(stdout).toContain('model at /v1/models')
  expect(stderr).toBe('')
})

describe('the wrong scheme', () => {
  test('https to a server without TLS', async () => {
    const port = await listening(createHttp(models))
    expect(await lineFor(`https://127.0.0.1:${port}/llm/v1`)).toBe(
      `endpoint https://127.0.0.1:${port}/llm: answers in plain HTTP, not TLS; expected http://127.0.0.1:${port}/llm`,
    )
  })

  test('http to a server with TLS', async () => {
    const port = await overTls(makeCertificate({ commonName: 'box', ...here }))
    expect(await lineFor(`http://127.0.0.1:${port}`)).toBe(
      `endpoint http://127.0.0.1:${port}: speaks TLS, and plain HTTP was sent; expected https://127.0.0.1:${port}`,
    )
  })

  test('a port that closes every connection speaks neither', async () => {
    const port = await listening(createTcp((socket) => socket.destroy()))
    for (const scheme of ['http', 'https']) {
      expect(await lineFor(`${scheme}://127.0.0.1:${port}`)).toMatch(
        /cannot be reached \(ECONNRESET\); the server closed the connection without an answer; read its log$/,
      )
    }
  })

  test('a server that requires a certificate of the client', async () => {
    const own = makeCertificate({ commonName: 'box', ...here, issuer: authority })
    const port = await overTls({ ...own, ca: authority.cert, requestCert: true, rejectUnauthorized: true })
    expect((await reachInProcess(`https://127.0.0.1:${port}`)).stdout).toContain(
      'the server requires a certificate of the client, which joulemark does not send',
    )
  })
})

test('a server that speaks HTTP/2 only', async () => {
  const own = makeCertificate({ commonName: 'box', ...here, issuer: authority })
  const port = await listening(createTls({ ...own, ALPNCallback: () => undefined }))
  const { stdout } = await reachInProcess(`https://127.0.0.1:${port}`)
  expect(stdout).toMatch(/cannot be reached \(\w+\); the server speaks HTTP\/2 only, and joulemark HTTP\/1\.1/)
})

describe('the network', () => {
  test('a name that does not exist', async () => {
    expect(await lineFor('http://no-such-host.invalid:8000')).toMatch(
      /cannot be reached \((ENOTFOUND|EAI_AGAIN)\); the name no-such-host\.invalid could not be looked up/,
    )
  })

  test('a redirect is not followed: the load would not follow it either', async () => {
    const asked: string[] = []
    const target = await listening(
      createHttp((request, response) => {
        asked.push(request.url ?? '')
        response.end()
      }),
    )
    const location = `http://127.0.0.1:${target}/v1/models?key=SECRET`
    const port = await listening(createHttp((_, response) => response.writeHead(308, { location }).end()))
    expect(await lineFor(`http://127.0.0.1:${port}`)).toBe(
      `endpoint http://127.0.0.1:${port}: HTTP 308: a redirect; expected --endpoint http://127.0.0.1:${target}`,
    )
    expect(asked).toEqual([])
  })

  test('a redirect within the server', async () => {
    const port = await listening(
      createHttp((_, response) => response.writeHead(307, { location: '/v1/models/' }).end()),
    )
    expect(await lineFor(`http://127.0.0.1:${port}`)).toContain('HTTP 307: the server redirects within itself')
  })
})

test('a server that takes connections and does not answer is not said to be out of reach', async () => {
  const silent = parseAddress(`http://127.0.0.1:${await listening(createTcp((socket) => socket.unref()))}`)
  const timeUp = new DOMException('The operation was aborted due to timeout', 'TimeoutError')
  expect(await whyUnreachable(silent, new Error('fetch failed', { cause: timeUp }))).toBe(
    'takes connections and does not answer; it may be starting, overloaded or hung: read its log',
  )
  expect(await whyUnreachable(parseAddress('http://127.0.0.1:1'), timeUp)).toMatch(/^cannot be reached/)
})
