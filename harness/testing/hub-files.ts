import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'

/** A hub of Hugging Face that holds one repository, as huggingface_hub asks it. */
export interface HubFiles {
  readonly url: string
  /** Names of the files that were downloaded, with the byte from which. */
  readonly downloads: string[]
  /** The connection of the next download ends after this many bytes. */
  cutAfter(bytes: number): void
  close(): void
}

export const REVISION = 'c0ffee'.padEnd(40, '0')

const oidOf = (file: Buffer): string => createHash('sha1').update(file).digest('hex')

/** Serves files by name under one repository. `gated` answers as a gated repository does. */
export async function hubFiles(
  repository: string,
  files: Readonly<Record<string, Buffer>>,
  { gated = false }: { readonly gated?: boolean } = {},
): Promise<HubFiles> {
  const downloads: string[] = []
  let cut: number | null = null
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://hub')
    if (gated) {
      response.writeHead(403, { 'x-error-code': 'GatedRepo', 'x-error-message': 'Access to model is restricted' }).end()
      return
    }
    if (pathname.startsWith(`/api/models/${repository}/tree/`)) {
      const tree = Object.entries(files).map(([path, file]) => ({
        type: 'file',
        path,
        size: file.length,
        oid: oidOf(file),
      }))
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(tree))
      return
    }
    if (pathname.startsWith(`/api/models/${repository}`)) {
      const siblings = Object.entries(files).map(([rfilename, { length }]) => ({ rfilename, size: length }))
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ id: repository, sha: REVISION, siblings }))
      return
    }
    const name = decodeURIComponent(pathname.split(`/${repository}/resolve/${REVISION}/`)[1] ?? '')
    const file = files[name]
    if (file === undefined) {
      response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end()
      return
    }
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const part = file.subarray(from)
    response.writeHead(from > 0 ? 206 : 200, {
      'x-repo-commit': REVISION,
      etag: `"${oidOf(file)}"`,
      'accept-ranges': 'bytes',
      'content-length': part.length,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` } : {}),
    })
    if (request.method === 'HEAD') {
      response.end()
      return
    }
    downloads.push(`${name} from ${from}`)
    if (cut !== null && part.length > cut) {
      response.write(part.subarray(0, cut), () => response.destroy())
      cut = null
    } else response.end(part)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${port}`,
    downloads,
    cutAfter: (bytes) => {
      cut = bytes
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
