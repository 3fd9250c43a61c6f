import { execFile } from 'node:child_process'
import { containerTree, type RunInside } from '../../catalogue/checkpoint/container-tree.ts'
import type { FileTree } from '../../catalogue/checkpoint/file-tree.ts'
import type { Address } from '../address.ts'

/** Programs that run containers; both understand the same words here. */
const ENGINES = ['docker', 'podman'] as const
const LIST_WITHIN_MS = 5000
const READ_WITHIN_MS = 20_000
/** More than any file of a description. */
const MAX_OUTPUT_BYTES = 128 * 2 ** 20

const isThisMachine = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host)

/**
 * The files of the container of this machine that publishes the port of an address, as that of `joulemark serve` does. Null where
 * there is none: another machine, no engine of containers, or a server without one. Never throws.
 */
export async function filesOfContainer(address: Address, env: NodeJS.ProcessEnv): Promise<FileTree | null> {
  if (!isThisMachine(address.host)) return null
  for (const engine of ENGINES) {
    const listed = await output(engine, ['ps', '--format', '{{.ID}} {{.Ports}}'], env, LIST_WITHIN_MS)
    const id = listed === null ? null : publisherOf(new TextDecoder().decode(listed), address.port)
    if (id === null) continue
    const inside: RunInside = (argv) => output(engine, ['exec', id, ...argv], env, READ_WITHIN_MS)
    return containerTree(id, inside)
  }
  return null
}

/** The container that publishes a port, in a list of ids or names, each with its ports as `docker ps` prints them. */
export function publisherOf(list: string, port: number): string | null {
  for (const line of list.split('\n')) {
    const [, id = '', ports = ''] = /^([\w.-]{1,255}) (.*)$/.exec(line.trim()) ?? []
    const isPublished = [...ports.matchAll(/:(\d+)(?:-(\d+))?->/g)].some(
      ([, first, last]) => port >= Number(first) && port <= Number(last ?? first),
    )
    if (isPublished) return id
  }
  return null
}

function output(
  program: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  timeout: number,
): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    execFile(program, [...argv], { env, timeout, encoding: 'buffer', maxBuffer: MAX_OUTPUT_BYTES }, (error, stdout) =>
      resolve(error === null ? stdout : null),
    )
  })
}
