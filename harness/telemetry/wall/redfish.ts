import { isIP } from 'node:net'
import { settingsOf, type WallHost } from './host.ts'
import { chassisPower, membersOf, textAt } from './redfish-document.ts'
import { type RedfishAnswer, redfishGet } from './redfish-get.ts'
import { closed, type OpenedSource, power, type SourceFacts } from './source.ts'

const TIMEOUT_MS = 10_000
/** A controller of a rack may list many; a server has a few. */
const MOST_CHASSIS = 40

/** Where a power is in the documents of a controller. */
interface Place {
  readonly chassis: string
  readonly path: string
  readonly of: 'EnvironmentMetrics' | 'Power'
}

/**
 * The power of the server by the Redfish of its management controller: `EnvironmentMetrics.PowerWatts.Reading` of the chassis, or
 * `Power.PowerControl[].PowerConsumedWatts` of older ones. The password is JOULEMARK_REDFISH_PASSWORD, sent with each request and to
 * that address only; without TLS to this machine only.
 */
export async function openRedfish(host: WallHost, opening: AbortSignal): Promise<OpenedSource> {
  const config = host.config.redfish
  const facts: SourceFacts = { source: 'redfish', covers: 'server', by: 'Redfish', ...settingsOf(host, 'redfish') }
  if (config === undefined) return closed(facts, 'absent', 'not configured', 'wall.redfish.url in joulemark.yaml')
  const base = new URL(config.url)
  const password = host.env['JOULEMARK_REDFISH_PASSWORD']
  if (config.user !== undefined && !password) {
    return closed(facts, 'refused', 'JOULEMARK_REDFISH_PASSWORD is not set', 'export JOULEMARK_REDFISH_PASSWORD=…')
  }
  if (base.protocol === 'http:' && config.user !== undefined && !isLoopback(base.hostname)) {
    return closed(facts, 'refused', 'a password is sent over https only', 'https:// in wall.redfish.url')
  }
  const access = {
    base,
    certificateSha256: config.certificateSha256 ?? null,
    authorization:
      config.user === undefined ? null : `Basic ${Buffer.from(`${config.user}:${password}`).toString('base64')}`,
  }
  const get = (path: string, signal: AbortSignal): Promise<RedfishAnswer> =>
    redfishGet(access, path, { timeoutMs: TIMEOUT_MS, signal })
  const found = await findPlace(get, config.chassis ?? null, opening)
  if ('reason' in found) return closed(facts, found.refused ? 'refused' : 'failed', found.reason, found.fix)
  return {
    ...facts,
    by: `Redfish, ${found.of} of a chassis`,
    state: 'ok',
    domains: [{ domain: 'server', counted: true }],
    statedAveragingMs: null,
    simulated: false,
    read: async (signal) => {
      const answer = await get(found.path, signal)
      if ('reason' in answer) return { reason: answer.reason }
      const powerW = chassisPower(answer.document, found.of)
      return powerW === null
        ? { reason: 'the management controller gives no power' }
        : { values: [power('server', powerW)] }
    },
  }
}

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))

type Get = (path: string, signal: AbortSignal) => Promise<RedfishAnswer>
interface NotFound {
  readonly reason: string
  readonly refused: boolean
  readonly fix: string
}

/** The one chassis with a power, or that of the configuration. */
async function findPlace(get: Get, asked: string | null, signal: AbortSignal): Promise<Place | NotFound> {
  const list = await get('/redfish/v1/Chassis', signal)
  if ('reason' in list) return { reason: list.reason, refused: list.refused, fix: list.fix }
  const paths = membersOf(list.document).slice(0, MOST_CHASSIS)
  const places: Place[] = []
  for (const path of paths) {
    const chassis = idOf(path)
    if (asked !== null && chassis !== asked) continue
    const place = await placeOf(get, { path, chassis }, signal)
    if (place !== null) places.push(place)
  }
  const [first, ...others] = places
  const ids = (asked === null ? places.map(({ chassis }) => chassis) : paths.map(idOf)).join(', ')
  const fix = `wall.redfish.chassis in joulemark.yaml: one of ${ids}`
  if (first === undefined) {
    const reason = asked === null ? 'no chassis reports its power' : 'the configured chassis reports no power'
    return { reason, refused: false, fix: asked === null ? '' : fix }
  }
  return others.length === 0 ? first : { reason: 'several chassis report their power', refused: false, fix }
}

const idOf = (path: string): string => path.replace(/\/+$/, '').split('/').at(-1) ?? path

/** Where a chassis reports its power: in the newer document, or in the older one. */
async function placeOf(
  get: Get,
  { path, chassis }: { readonly path: string; readonly chassis: string },
  signal: AbortSignal,
): Promise<Place | null> {
  const answer = await get(path, signal)
  if ('reason' in answer) return null
  for (const page of ['EnvironmentMetrics', 'Power'] as const) {
    const link = textAt(answer.document, [page, '@odata.id'])
    if (link === null) continue
    const found = await get(link, signal)
    if ('document' in found && chassisPower(found.document, page) !== null) return { chassis, path: link, of: page }
  }
  return null
}
