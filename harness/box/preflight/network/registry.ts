import { isLoopback } from '../../../endpoint/access/proxies.ts'
import { type Finding, fault, type ImageSource, unknown } from '../facts.ts'
import type { Answer, Ask, NoAnswer } from './request.ts'

/** Where an image comes from: host of the registry, path of the repository, tag or digest. */
export interface ImagePlace {
  readonly registry: string
  readonly repository: string
  readonly reference: string
}

/** The host that answers for Docker Hub, whose images have names without a host. */
const DOCKER_HUB = 'registry-1.docker.io'

/** An image's name in its parts, by the rules of Docker: a first part with a dot or a port is a host. */
export function imagePlace(image: string): ImagePlace {
  const [name = image, digest] = image.split('@')
  const tag = /:([\w][\w.-]*)$/.exec(name)?.[1]
  const path = tag === undefined ? name : name.slice(0, -tag.length - 1)
  const [first = '', ...rest] = path.split('/')
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  const host = hasHost ? first : 'docker.io'
  const repository = hasHost ? rest.join('/') : path
  const onHub = host === 'docker.io' || host === 'index.docker.io'
  return {
    registry: onHub ? DOCKER_HUB : host,
    repository: onHub && !repository.includes('/') ? `library/${repository}` : repository,
    reference: digest ?? tag ?? 'latest',
  }
}

/** The kinds of manifests that a registry may have under a tag: lists of platforms first. */
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

/** How the registry is reached: the proxies and mirrors of the engine that will pull. */
export interface RegistryAccess {
  readonly ask: Ask
  readonly proxies: Readonly<Record<string, string | undefined>>
  readonly mirrors: readonly string[]
  /** The engine has a proxy that cannot be used from here. */
  readonly hasHiddenProxy: boolean
  /** Name of the program that can log in. */
  readonly engine: string
  /** Whether the engine holds a login for a host. */
  readonly hasLogin: (registry: string) => boolean
  readonly timeoutMs: number
}

/**
 * Asks the registry of an image, or a mirror of it, whether it would give the image: a HEAD of its manifest, with the anonymous
 * token that the registry names. A HEAD is not counted as a pull.
 */
export async function registryFinding(image: string, access: RegistryAccess): Promise<Finding<ImageSource>> {
  const place = imagePlace(image)
  const mirrors = place.registry === DOCKER_HUB ? access.mirrors : []
  const findings = await Promise.all(
    [...mirrors, baseOf(place.registry)].map((base) => manifest(base.replace(/\/+$/, ''), image, place, access)),
  )
  const last = findings.at(-1) as Finding<ImageSource>
  return findings.find(({ state }) => state === 'well') ?? last
}

/** Docker speaks plain HTTP with a registry on this machine. */
const baseOf = (registry: string): string =>
  `${isLoopback(registry.replace(/:\d+$/, '')) ? 'http' : 'https'}://${registry}`

async function manifest(
  base: string,
  image: string,
  { registry, repository, reference }: ImagePlace,
  access: RegistryAccess,
): Promise<Finding<ImageSource>> {
  const untilMs = performance.now() + access.timeoutMs
  const { ask, proxies } = access
  const leftMs = () => Math.max(1, untilMs - performance.now())
  const head = (headers: Readonly<Record<string, string>>) =>
    ask({
      url: `${base}/v2/${repository}/manifests/${reference}`,
      method: 'HEAD',
      headers: { accept: MANIFESTS, ...headers },
      proxies,
      timeoutMs: leftMs(),
    })
  let answer = await head({})
  if (!('fault' in answer) && answer.status === 401) {
    const url = tokenAddress(answer.headers['www-authenticate'] ?? '', repository)
    if (url !== null) {
      const granted = await ask({ url, method: 'GET', proxies, timeoutMs: leftMs() })
      const token = 'fault' in granted ? null : tokenIn(granted.body)
      if ('fault' in granted) answer = granted
      else if (token !== null) answer = await head({ authorization: `Bearer ${token}` })
      else if (granted.status === 429) answer = granted
    }
  }
  return findingOf(answer, image, registry, access)
}

/** The address of an anonymous token, from the challenge of the registry; null where it wants a password. */
function tokenAddress(challenge: string, repository: string): string | null {
  if (!/^bearer\s/i.test(challenge)) return null
  const field = (name: string) => new RegExp(`${name}="([^"]*)"`, 'i').exec(challenge)?.[1]
  const url = URL.parse(field('realm') ?? '')
  if (url === null || !/^https?:$/.test(url.protocol)) return null
  const service = field('service')
  if (service !== undefined) url.searchParams.set('service', service)
  url.searchParams.set('scope', field('scope') ?? `repository:${repository}:pull`)
  return url.href
}

function tokenIn(body: string): string | null {
  try {
    const { token, access_token: other } = JSON.parse(body) as { token?: unknown; access_token?: unknown }
    const found = token ?? other
    return typeof found === 'string' && /^[\x21-\x7e]+$/.test(found) ? found : null
  } catch {
    return null
  }
}

function findingOf(
  answer: Answer | NoAnswer,
  image: string,
  registry: string,
  { engine, hasLogin, hasHiddenProxy }: RegistryAccess,
): Finding<ImageSource> {
  if ('fault' in answer) {
    const text = `the registry was not reached: ${answer.fault}`
    if (hasHiddenProxy) return unknown(`${text}; the engine has a proxy with a password, which it does not show`)
    // the engine trusts what the system trusts, and Node does not
    return answer.isTrust === true ? unknown(`${text}; the engine may trust it`) : fault(text, answer.fix)
  }
  const { status, headers } = answer
  const [, left] = /^(\d+)/.exec(headers['ratelimit-remaining'] ?? '') ?? []
  if (status === 200) {
    const digest = headers['docker-content-digest'] ?? null
    return {
      state: 'well',
      where: 'registry',
      digest,
      bytes: null,
      pullsLeft: left === undefined ? null : Number(left),
    }
  }
  if (hasLogin(registry) && (status === 401 || status === 403 || status === 429)) {
    return unknown(`${registry} answers HTTP ${status} without an account, and the engine has a login for it`)
  }
  switch (status) {
    case 404:
      return fault(`${registry} has no image ${image}`, 'choose another with --tag or --image')
    case 401:
    case 403:
      return fault(`${registry} gives ${image} to accounts only (HTTP ${status})`, `${engine} login ${registry}`)
    case 429:
      return fault(
        `${registry} allows this address no more pulls without an account now (HTTP 429, toomanyrequests)`,
        `${engine} login, or wait six hours`,
      )
    default:
      return unknown(`${registry} answers HTTP ${status}`)
  }
}
