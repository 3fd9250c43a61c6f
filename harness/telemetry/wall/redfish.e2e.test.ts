import { X509Certificate } from 'node:crypto'
import { createServer as createHttp, type RequestListener, type Server } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { makeCertificate } from '../../testing/make-certificate.ts'
import { fakeWallHost } from '../../testing/wall-host.ts'
import type { WallHost } from './host.ts'
import { openRedfish } from './redfish.ts'

const never = new AbortController().signal
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

type Documents = Readonly<Record<string, unknown>>
const chassisOf = (...ids: readonly string[]) => ({
  '/redfish/v1/Chassis': { Members: ids.map((id) => ({ '@odata.id': `/redfish/v1/Chassis/${id}` })) },
})
const older = (id: string, ...controls: readonly object[]) => ({
  [`/redfish/v1/Chassis/${id}`]: { Power: { '@odata.id': `/redfish/v1/Chassis/${id}/Power` } },
  [`/redfish/v1/Chassis/${id}/Power`]: { PowerControl: controls },
})
const newer = (id: string, reading: unknown) => ({
  [`/redfish/v1/Chassis/${id}`]: {
    EnvironmentMetrics: { '@odata.id': `/redfish/v1/Chassis/${id}/EnvironmentMetrics` },
    Power: { '@odata.id': `/redfish/v1/Chassis/${id}/Power` },
  },
  [`/redfish/v1/Chassis/${id}/EnvironmentMetrics`]: { PowerWatts: { Reading: reading } },
})

const PASSWORD = 'correct-horse-7'
const LOGIN = `Basic ${Buffer.from(`monitor:${PASSWORD}`).toString('base64')}`

/** A controller that wants a login; requests that it saw, with their login. */
async function controller(documents: Documents, tls?: { cert: string; key: string }) {
  const seen: (string | undefined)[] = []
  const listener: RequestListener = (request, response) => {
    seen.push(request.headers.authorization)
    const document = documents[request.url ?? '']
    response.statusCode = request.headers.authorization === LOGIN ? (document === undefined ? 404 : 200) : 401
    response.end(typeof document === 'string' ? document : JSON.stringify(document ?? {}))
  }
  const server = tls ? createHttps(tls, listener) : createHttp(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, seen }
}

const open = (redfish: Partial<NonNullable<WallHost['config']['redfish']>> & { url: string }, password = PASSWORD) =>
  openRedfish(
    fakeWallHost({
      config: { redfish: { user: 'monitor', ...redfish } },
      env: { JOULEMARK_REDFISH_PASSWORD: password },
    }),
    never,
  )

describe('Redfish', () => {
  test('reads the older document, its first control that has a power', async () => {
    const control = { Name: 'System Power Control', PowerConsumedWatts: 344, PowerCapacityWatts: 750 }
    const { url } = await controller({ ...chassisOf('1'), ...older('1', { PowerConsumedWatts: null }, control) })
    const source = await open({ url })
    if (source.state !== 'ok') throw new Error(source.reason)
    expect(await source.read(never)).toEqual({ values: [{ domain: 'server', powerW: 344, energyUj: null }] })
    expect(JSON.stringify(source)).not.toMatch(/127\.0\.0\.1|correct-horse|monitor/)
  })

  test('prefers the newer one, and takes the chassis that has a power among those without', async () => {
    const documents = { ...chassisOf('Self', 'Backplane'), ...newer('Self', 512.25), ...older('Backplane') }
    const source = await open({ url: (await controller(documents)).url })
    if (source.state !== 'ok') throw new Error(source.reason)
    expect(source.by).toBe('Redfish, EnvironmentMetrics of a chassis')
    expect(await source.read(never)).toMatchObject({ values: [{ powerW: 512.25 }] })
  })

  test('asks which chassis where several have one', async () => {
    const two = { ...chassisOf('Node1', 'Node2'), ...newer('Node1', 400), ...newer('Node2', 500) }
    const { url } = await controller(two)
    expect(await open({ url })).toMatchObject({
      state: 'failed',
      reason: 'several chassis report their power',
      fix: 'wall.redfish.chassis in joulemark.yaml: one of Node1, Node2',
    })
    const source = await open({ url, chassis: 'Node2' })
    expect(source.state === 'ok' && (await source.read(never))).toMatchObject({ values: [{ powerW: 500 }] })
  })

  test.each([
    ['a wrong password', { ...chassisOf('1') }, 'wrong-horse-9', 'refused', /refused the user \(HTTP 401\)/],
    ['0 W', { ...chassisOf('1'), ...newer('1', 0) }, PASSWORD, 'failed', /no chassis reports its power/],
    ['a page in place of a document', { '/redfish/v1/Chassis': '<html>' }, PASSWORD, 'failed', /sent no JSON/],
    [
      'an address elsewhere',
      { '/redfish/v1/Chassis': { Members: [{ '@odata.id': 'http://elsewhere/' }] } },
      PASSWORD,
      'failed',
      /no chassis/,
    ],
  ])('%s is a reason without names', async (_, documents, password, state, reason) => {
    const { url } = await controller(documents as Documents)
    const source = await open({ url }, password)
    expect(source).toMatchObject({ state, reason: expect.stringMatching(reason) })
    expect(JSON.stringify(source)).not.toMatch(/127\.0\.0\.1|horse/)
  })

  test('a password goes over http to this machine only', async () => {
    expect(await open({ url: 'http://bmc.example' })).toMatchObject({
      state: 'refused',
      reason: expect.stringMatching(/https only/),
    })
  })

  test('an own certificate is trusted by its fingerprint alone, before the password is sent', async () => {
    const own = makeCertificate({ commonName: 'bmc' })
    const { url, seen } = await controller({ ...chassisOf('1'), ...newer('1', 640) }, own)
    const fingerprint = new X509Certificate(own.cert).fingerprint256
    expect(await open({ url })).toMatchObject({ state: 'refused', fix: expect.stringMatching(/certificateSha256/) })
    const other = await open({ url, certificateSha256: '00'.repeat(32) })
    expect(other).toMatchObject({
      reason: expect.stringMatching(/another TLS certificate/),
      fix: expect.stringContaining(fingerprint),
    })
    expect(seen).toEqual([])
    const source = await open({ url, certificateSha256: fingerprint })
    expect(source.state === 'ok' && (await source.read(never))).toMatchObject({ values: [{ powerW: 640 }] })
  })
})
