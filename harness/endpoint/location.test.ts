import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { locateServer, type Network } from './location.ts'

const ip = (cidr: string): NetworkInterfaceInfo => ({
  address: cidr.split('/')[0] as string,
  cidr,
  netmask: '',
  mac: '',
  internal: false,
  ...(cidr.includes(':') ? { family: 'IPv6', scopeid: 0 } : { family: 'IPv4' }),
})
const names: Readonly<Record<string, readonly string[]>> = {
  localhost: ['::1', '127.0.0.1'],
  'gpu-box': ['127.0.1.1'],
  'gpu-box.lan': ['192.168.1.20', 'fd00::20'],
  'other-box': ['192.168.1.21'],
  'half-here': ['192.168.1.20', '192.168.1.21'],
  nothing: [],
}
const network: Network = {
  interfaces: {
    lo: [ip('127.0.0.1/8')],
    eth0: [ip('192.168.1.20/24'), ip('fd00::20/64')],
    docker0: [ip('172.17.0.1/16')],
    'br-1234': [ip('172.18.0.1/16'), ip('fd01::1/64')],
  },
  resolve: async (hostname) => {
    const found = names[hostname]
    if (found === undefined) throw new Error('ENOTFOUND')
    return found
  },
}

describe('locateServer', () => {
  it.each([
    ['http://127.0.0.1:8000', true, /loopback/],
    ['http://127.9.9.9:8000', true, /loopback/],
    ['http://[::1]:8000', true, /loopback/],
    ['http://0.0.0.0:8000', true, /loopback/],
    ['http://localhost:8000/v1', true, /loopback/],
    ['http://gpu-box:8000', true, /loopback/],
    ['http://192.168.1.20:8000', true, /an address of this machine/],
    ['https://gpu-box.lan', true, /an address of this machine/],
    ['http://172.17.0.5:8000', true, /container/],
    ['http://[fd01::9]:8000', true, /container/],
    ['http://172.19.0.5:8000', false, /not an address/],
    ['http://192.168.1.21:8000', false, /not an address/],
    ['http://other-box:8000', false, /not an address/],
    ['http://half-here:8000', false, /not an address/],
    ['http://nothing:8000', false, /not an address/],
    ['http://no-such-name:8000', null, /could not be looked up/],
  ])('%s: %s', async (url, isThisMachine, reason) => {
    expect(await locateServer(url, network)).toEqual({ isThisMachine, reason: expect.stringMatching(reason) })
  })
})
