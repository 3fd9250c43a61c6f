import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'

/** A registry that holds one image of one layer, and sends it piece by piece. */
export interface Registry {
  /** Name of the image, with its digest. */
  readonly image: string
  readonly digest: string
  readonly layerBytes: number
  close(): void
}

const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const PIECES = 8
const PIECE_MS = 700

/** Serves an image under `vllm/vllm-openai` on this machine, whose registries Docker takes without TLS. */
export async function imageRegistry(): Promise<Registry> {
  const archive = pack()
  archive.entry({ name: 'weights' }, randomBytes(8_000_000))
  archive.finalize()
  const pieces: Buffer[] = []
  for await (const piece of archive) pieces.push(piece as Buffer)
  const tar = Buffer.concat(pieces)
  const layer = gzipSync(tar)
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [sha256(tar)] },
    }),
  )
  const type = 'application/vnd.docker.distribution.manifest.v2+json'
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: type,
      config: {
        mediaType: 'application/vnd.docker.container.image.v1+json',
        size: config.length,
        digest: sha256(config),
      },
      layers: [
        { mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: layer.length, digest: sha256(layer) },
      ],
    }),
  )
  const server = createServer(async (request, response) => {
    const url = request.url ?? ''
    if (url.includes('/manifests/')) {
      response.writeHead(200, {
        'content-type': type,
        'docker-content-digest': sha256(manifest),
        'content-length': manifest.length,
      })
      response.end(request.method === 'HEAD' ? undefined : manifest)
    } else if (url.endsWith(sha256(config))) response.end(config)
    else if (url.endsWith(sha256(layer))) {
      response.writeHead(200, { 'content-length': layer.length })
      const size = Math.ceil(layer.length / PIECES)
      for (let from = 0; from < layer.length && !response.destroyed; from += size) {
        response.write(layer.subarray(from, from + size))
        await delay(PIECE_MS)
      }
      response.end()
    } else response.end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    image: `127.0.0.1:${port}/vllm/vllm-openai:v1@${sha256(manifest)}`,
    digest: sha256(manifest),
    layerBytes: layer.length,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
