import * as http from 'node:http'
import { BlockList, isIP } from 'node:net'
import { type Address, parseAddress, queryNote } from '../address.ts'

/**
 * One sentence where the environment names a proxy for an address, null elsewhere. joulemark never uses one: a proxy would
 * be part of every time that is measured. The value of the variable is not shown, because it may hold a password.
 */
export function proxyNote(address: Address, env: NodeJS.ProcessEnv): string | null {
  const name = proxyVariable(address, env)
  return name === null
    ? null
    : `${name} is set and not used: joulemark connects to the server directly, because the time of a proxy would be measured as the server's`
}

/** The variable that names the proxy which programs such as curl would use for an address; null where none does. */
export function proxyVariable({ tls, host, port }: Address, env: NodeJS.ProcessEnv): string | null {
  const names = [...(tls ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY']), 'all_proxy', 'ALL_PROXY']
  const name = names.find((each) => (env[each] ?? '').trim() !== '')
  if (name === undefined || isLoopback(host)) return null
  const exceptions = (env['no_proxy'] || env['NO_PROXY'] || '').split(/[\s,]+/).filter((entry) => entry !== '')
  return exceptions.some((entry) => isExcepted(entry, host, port)) ? null : name
}

/** Whether a host is the machine itself. No proxy is meant for it: the variable was set for other addresses. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127\./.test(host)

/** Whether an entry of NO_PROXY covers a host: `*`, a name with its subdomains, an address or a network, with or without a port. */
function isExcepted(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true
  const [, network = '', bits = ''] = /^(.+)\/(\d{1,3})$/.exec(entry) ?? []
  if (network !== '') return isInNetwork(host, network, Number(bits))
  const [, name = entry, onlyPort] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? []
  if (onlyPort !== undefined && Number(onlyPort) !== port) return false
  const covered = name
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/^\*?\./, '')
  return host === covered || (isIP(host) === 0 && host.endsWith(`.${covered}`))
}

function isInNetwork(host: string, network: string, bits: number): boolean {
  const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')
  if (isIP(host) === 0 || isIP(network) !== isIP(host) || bits > (isIP(host) === 6 ? 128 : 32)) return false
  const list = new BlockList()
  list.addSubnet(network, bits, family(network))
  return list.check(host, family(host))
}

/**
 * Makes `fetch` of this thread connect directly although NODE_USE_ENV_PROXY or --use-env-proxy is set. For the one client
 * that must use `fetch` itself: that of the `openai` package as an application has it.
 */
export function fetchWithoutProxy(): void {
  // a proxy must be named for the setting to have an effect, and `*` excepts every host from it
  const none = 'http://127.0.0.1:9'
  http.setGlobalProxyFromEnv?.({ HTTP_PROXY: none, HTTPS_PROXY: none, NO_PROXY: '*' })
}

/** What of an address, or of the environment, is not used with it: one line each. Throws `bad-input` for no address. */
export const endpointNotes = (endpoint: string, env: NodeJS.ProcessEnv): string[] =>
  [proxyNote(parseAddress(endpoint), env), queryNote(endpoint)].filter((note) => note !== null)
