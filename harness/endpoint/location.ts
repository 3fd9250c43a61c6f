import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'

/** Whether a server runs on this machine; null where that cannot be known. The reason holds no address. */
export interface ServerLocation {
  readonly isThisMachine: boolean | null
  readonly reason: string
}

/** This machine's network, and how a name is looked up. */
export interface Network {
  readonly interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>
  /** Every address of a name. Rejects where it is not known. */
  readonly resolve: (hostname: string) => Promise<readonly string[]>
}

/** Bridges of Docker, Podman and Kubernetes: what has an address in them runs on this machine. */
const containerBridge = /^(docker|br-|podman|cni)/

/**
 * Whether the server of an address runs on this machine. Its card is measured here, so that the energy of a server elsewhere
 * would be that of a card which did nothing. A tunnel ends at a loopback address and is not seen here: memory and
 * utilisation of the card are.
 */
export async function locateServer(url: string, network: Network = thisNetwork): Promise<ServerLocation> {
  const hostname = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
  let addresses: readonly string[]
  try {
    addresses = isIP(hostname) === 0 ? await network.resolve(hostname) : [hostname]
  } catch {
    return { isThisMachine: null, reason: 'the name of the server could not be looked up' }
  }
  const places = addresses.map((address) => placeOf(address, network.interfaces))
  if (places.length === 0 || places.includes(null)) {
    return { isThisMachine: false, reason: 'it is not an address of this machine' }
  }
  return { isThisMachine: true, reason: places[0] as string }
}

const thisNetwork: Network = {
  interfaces: networkInterfaces(),
  resolve: async (hostname) => (await lookup(hostname, { all: true })).map(({ address }) => address),
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('0.0.0.0')
loopback.addAddress('::1', 'ipv6')
loopback.addAddress('::', 'ipv6')

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Kind of an address of this machine; null for any other address. */
function placeOf(address: string, interfaces: Network['interfaces']): string | null {
  if (loopback.check(address, familyOf(address))) return 'a loopback address'
  for (const [name, infos = []] of Object.entries(interfaces)) {
    if (infos.some((info) => info.address === address)) return 'an address of this machine'
    if (!containerBridge.test(name)) continue
    for (const { cidr, family } of infos) {
      const [base = '', bits] = (cidr ?? '').split('/')
      const subnet = new BlockList()
      if (bits !== undefined) subnet.addSubnet(base, Number(bits), family === 'IPv6' ? 'ipv6' : 'ipv4')
      if (subnet.check(address, familyOf(address))) return 'a container on this machine'
    }
  }
  return null
}
