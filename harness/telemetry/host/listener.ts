import { readdir, readlink } from 'node:fs/promises'
import { isIP } from 'node:net'
import { type ReadText, readTextFile } from './read-host.ts'

/** The part of /proc that is read; replaced in tests. */
export interface ProcFiles {
  readonly readText: ReadText
  /** Names in a folder; none where it is not readable. */
  readonly list: (path: string) => Promise<readonly string[]>
  /** Target of a link; null where it is not readable. */
  readonly link: (path: string) => Promise<string | null>
}

const systemProc: ProcFiles = {
  readText: readTextFile,
  list: (path) => readdir(path).catch(() => []),
  link: (path) => readlink(path).catch(() => null),
}

/**
 * Process ids of the server that listens on a TCP port of this machine, and of all processes that it started: vLLM computes
 * in a child of the one that listens. Behind a published port of Docker, whose proxy listens, they are those of the container. Empty
 * where that is not seen: another user's process, a container without rights to look into it, another system.
 */
export async function pidsOfServer(port: number, proc: ProcFiles = systemProc): Promise<number[]> {
  const sockets = new Set(await listeningSockets(port, proc))
  if (sockets.size === 0) return []
  const all = (await proc.list('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(all.map(async (pid) => ((await holdsOne(pid, sockets, proc)) ? [pid] : [])))
  const parents = await Promise.all(all.map(async (pid) => ({ pid, parent: await parentOf(pid, proc) })))
  const pids = withDescendants(found.flat(), parents)
  const address = (await Promise.all(found.flat().map((pid) => forwardedTo(pid, proc)))).find((each) => each !== null)
  return address === undefined || address === null ? pids : pidsInContainer(address, all, proc)
}

const LISTENS = '0A'

/** Sockets that listen on a port, in the form of the links in /proc/PID/fd. */
async function listeningSockets(port: number, { readText }: ProcFiles): Promise<string[]> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(readText))
  return tables.flatMap((table) =>
    (table ?? '').split('\n').flatMap((line) => {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
      const isOurs = state === LISTENS && Number.parseInt(local.split(':')[1] ?? '', 16) === port
      return isOurs && inode !== undefined ? [`socket:[${inode}]`] : []
    }),
  )
}

async function holdsOne(pid: number, sockets: ReadonlySet<string>, { list, link }: ProcFiles): Promise<boolean> {
  const targets = await Promise.all((await list(`/proc/${pid}/fd`)).map((fd) => link(`/proc/${pid}/fd/${fd}`)))
  return targets.some((target) => target !== null && sockets.has(target))
}

/** The address of the container to which a process of Docker forwards a port; null for any other process. */
async function forwardedTo(pid: number, { readText }: ProcFiles): Promise<string | null> {
  const [program = '', ...args] = (await readText(`/proc/${pid}/cmdline`))?.split('\0') ?? []
  const at = args.indexOf('-container-ip')
  const address = at < 0 ? '' : (args[at + 1] ?? '')
  return /(?:^|\/)docker-proxy$/.test(program) && isIP(address) === 4 ? address : null
}

/** All processes in the network namespace that has an address of its own. */
async function pidsInContainer(address: string, all: readonly number[], { readText, link }: ProcFiles) {
  const namespaces = await Promise.all(all.map(async (pid) => ({ pid, space: await link(`/proc/${pid}/ns/net`) })))
  const members = [...Map.groupBy(namespaces, ({ space }) => space)].filter(([space]) => space !== null)
  const local = new RegExp(`\\|-- ${address.replaceAll('.', '\\.')}\\s+/32 host LOCAL`)
  const found = await Promise.all(
    members.map(async ([, group]) => {
      const routes = await readText(`/proc/${group[0]?.pid}/net/fib_trie`)
      return local.test(routes ?? '') ? group.map(({ pid }) => pid) : []
    }),
  )
  return found.flat().toSorted((a, b) => a - b)
}

/** The parent in /proc/PID/stat: the second field after the name, which may hold spaces and parentheses. */
async function parentOf(pid: number, { readText }: ProcFiles): Promise<number | null> {
  const stat = await readText(`/proc/${pid}/stat`)
  const parent = stat
    ?.slice(stat.lastIndexOf(')') + 1)
    .trim()
    .split(' ')[1]
  return parent === undefined ? null : Number(parent)
}

function withDescendants(
  roots: readonly number[],
  parents: readonly { pid: number; parent: number | null }[],
): number[] {
  const known = new Set(roots)
  let before: number
  do {
    before = known.size
    for (const { pid, parent } of parents) if (parent !== null && known.has(parent)) known.add(pid)
  } while (known.size > before)
  return [...known].toSorted((a, b) => a - b)
}
