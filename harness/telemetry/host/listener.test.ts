import { expect, it } from 'vitest'
import { type ProcFiles, pidsOfServer } from './listener.ts'

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const row = (local: string, state: string, inode: number) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`

/** A machine on which `vllm serve` (pid 100) listens on port 8000 and computes in its child; others run beside it. */
const files: Readonly<Record<string, string>> = {
  '/proc/net/tcp': `${head}${row('0100007F:1F40', '01', 11)}${row('0100007F:1F41', '0A', 22)}`,
  '/proc/net/tcp6': `${head}${row('00000000000000000000000000000000:1F40', '0A', 33)}`,
  '/proc/1/stat': '1 (systemd) S 0 1 1',
  '/proc/100/stat': '100 (vllm) S 1 100 100',
  '/proc/200/stat': '200 (VLLM::EngineCor) S 100 100 100',
  '/proc/201/stat': '201 (VLLM::Worker (TP0)) S 200 100 100',
  '/proc/300/stat': '300 (python train.py) S 1 300 300',
}
const links: Readonly<Record<string, string>> = {
  '/proc/100/fd/3': 'socket:[33]',
  '/proc/200/fd/3': '/dev/nvidia0',
  '/proc/300/fd/3': 'socket:[11]',
}
const proc: ProcFiles = {
  readText: async (path) => files[path] ?? null,
  list: async (path) =>
    path === '/proc'
      ? ['1', '100', '200', '201', '300', 'net', 'self']
      : Object.keys(links).flatMap((link) => (link.startsWith(`${path}/`) ? [link.slice(path.length + 1)] : [])),
  link: async (path) => links[path] ?? null,
}

it('finds who listens, and what it started, and nothing else', async () => {
  expect(await pidsOfServer(8000, proc)).toEqual([100, 200, 201])
})

it.each([
  ['nothing listens there', 9000, proc],
  ['the process of another user listens', 8001, proc],
  ['there is no /proc', 8000, { readText: async () => null, list: async () => [], link: async () => null }],
])('is empty where %s', async (_, port, on) => {
  expect(await pidsOfServer(port, on)).toEqual([])
})

it('behind a published port of Docker it is the container that serves, and not the one beside it', async () => {
  const routes = (address: string) =>
    `Main:\n  +-- 0.0.0.0/0 3 0 5\n           |-- ${address}\n              /32 host LOCAL\n`
  const docker: Readonly<Record<string, string>> = {
    ...files,
    '/proc/100/stat': '100 (docker-proxy) S 1 100 100',
    '/proc/200/stat': '200 (python3) S 1 200 200',
    '/proc/201/stat': '201 (VLLM::EngineCore) S 200 200 200',
    '/proc/100/cmdline':
      '/usr/bin/docker-proxy\0-proto\0tcp\0-host-ip\x000.0.0.0\0-host-port\x008000\0-container-ip\x00172.17.0.2\0-container-port\x008000\0',
    '/proc/100/net/fib_trie': routes('172.17.0.1'),
    '/proc/200/net/fib_trie': routes('172.17.0.2'),
    '/proc/300/net/fib_trie': routes('172.17.0.20'),
  }
  const spaces: Readonly<Record<string, string>> = {
    ...links,
    '/proc/100/ns/net': 'net:[1]',
    '/proc/200/ns/net': 'net:[2]',
    '/proc/201/ns/net': 'net:[2]',
    '/proc/300/ns/net': 'net:[3]',
  }
  const on: ProcFiles = {
    ...proc,
    readText: async (path) => docker[path] ?? null,
    link: async (path) => spaces[path] ?? null,
  }
  expect(await pidsOfServer(8000, on)).toEqual([200, 201])
  // without the right to look into the container nothing is known
  expect(await pidsOfServer(8000, { ...on, link: async (path) => links[path] ?? null })).toEqual([])
})
