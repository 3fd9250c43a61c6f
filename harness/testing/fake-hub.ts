import { once } from 'node:events'
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join, relative } from 'node:path'

/** What a hub and a registry of a test do otherwise than well, by repository or image path. */
export interface HubFaults {
  /** Repositories that ask for a licence: `closed` to every account, or open to this token. */
  readonly gated?: Readonly<Record<string, string>>
  /** The only token that is valid; any is where it is absent. */
  readonly token?: string
  readonly missing?: readonly string[]
  /** Repositories of images, which have no config.json. */
  readonly pipelines?: readonly string[]
  /** Seconds that its clock is ahead of this machine. */
  readonly aheadS?: number
  /** Takes connections and never answers. */
  readonly hangs?: boolean
  /** Status of the manifests of the registry. */
  readonly registryStatus?: number
  readonly pullsLeft?: number
}

/** A hub of models and a registry of images in one server, in the words of Hugging Face and of the distribution project. */
export interface FakeHub {
  readonly url: string
  /** Host and port, for the name of an image: `HOST/vllm/vllm-openai:v1`. */
  readonly host: string
  /** Method, path and authorization of each request. */
  readonly asked: { readonly method: string; readonly path: string; readonly authorization: string | undefined }[]
  stop(): Promise<void>
}

/** Weights of every repository: one file of this size. */
const WEIGHTS_BYTES = 2 * 2 ** 20
const REGISTRY_TOKEN = 'anonymous-pull'
export const REGISTRY_DIGEST = `sha256:${'c1'.repeat(32)}`

/** Starts it on a port of this machine. */
export async function startFakeHub(faults: HubFaults = {}): Promise<FakeHub> {
  const asked: FakeHub['asked'] = []
  const server = createServer((request, response) => {
    asked.push({ method: request.method ?? '', path: request.url ?? '', authorization: request.headers.authorization })
    if (faults.hangs) return
    response.sendDate = false
    response.setHeader('date', new Date(Date.now() + (faults.aheadS ?? 0) * 1000).toUTCString())
    if (request.url?.startsWith('/v2/')) registry(request, response, faults)
    else hub(request, response, faults)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}`,
    host,
    asked,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function hub({ url = '', headers }: IncomingMessage, response: ServerResponse, faults: HubFaults): void {
  const token = headers.authorization?.replace('Bearer ', '')
  const refuse = (status: number, code: string, message: string) =>
    response.writeHead(status, { 'x-error-code': code, 'x-error-message': message }).end()
  if (token !== undefined && faults.token !== undefined && token !== faults.token) {
    response.writeHead(401, { 'x-error-message': 'Invalid credentials in Authorization header' }).end()
    return
  }
  if (url === '/api/whoami-v2') {
    response.end(JSON.stringify({ type: 'user', name: 'technician' }))
    return
  }
  if (url === '/token?service=fake&scope=repository%3Avllm%2Fvllm-openai%3Apull') {
    response.end(JSON.stringify({ token: REGISTRY_TOKEN }))
    return
  }
  const repository = /^\/(?:api\/models\/)?([\w.-]+\/[\w.-]+)/.exec(url)?.[1] ?? ''
  const gate = faults.gated?.[repository]
  if (faults.missing?.includes(repository)) {
    refuse(token === undefined ? 401 : 404, 'RepoNotFound', 'Repository not found')
  } else if (gate !== undefined && token === undefined) {
    refuse(
      401,
      'GatedRepo',
      `Access to model ${repository} is restricted. You must have access to it and be authenticated`,
    )
  } else if (gate !== undefined && gate !== token) {
    refuse(403, 'GatedRepo', `Access to model ${repository} is restricted and you are not in the authorized list`)
  } else if (faults.pipelines?.includes(repository) && url.endsWith('/config.json')) {
    refuse(404, 'EntryNotFound', 'Entry not found')
  } else if (url.startsWith('/api/models/')) {
    const siblings = [
      { rfilename: 'config.json', size: 600 },
      { rfilename: 'model.safetensors', size: WEIGHTS_BYTES },
    ]
    response.end(JSON.stringify({ id: repository, siblings }))
  } else if (url.endsWith('model.safetensors')) {
    // a redirect to the store of files, as the hub does
    response.writeHead(302, { location: `/store/${repository}/blob` }).end()
  } else if (url.startsWith('/store/')) {
    const half = Buffer.alloc(WEIGHTS_BYTES / 2)
    response.writeHead(206)
    response.write(half)
    setImmediate(() => response.end(half))
  } else response.end('{}')
}

function registry({ headers }: IncomingMessage, response: ServerResponse, faults: HubFaults): void {
  if (headers.authorization !== `Bearer ${REGISTRY_TOKEN}`) {
    const realm = `http://${headers.host}/token`
    const challenge = `Bearer realm="${realm}",service="fake",scope="repository:vllm/vllm-openai:pull"`
    response.writeHead(401, { 'www-authenticate': challenge }).end()
    return
  }
  const status = faults.registryStatus ?? 200
  const left = faults.pullsLeft === undefined ? {} : { 'ratelimit-remaining': `${faults.pullsLeft};w=21600` }
  response.writeHead(status, { ...left, ...(status === 200 ? { 'docker-content-digest': REGISTRY_DIGEST } : {}) }).end()
}

/** How much of a repository a cache of `huggingface_hub` holds. */
export interface CachedModel {
  readonly repository: string
  /** Names and bytes of the files of weights; the files are empty blocks, and take no room. */
  readonly files: Readonly<Record<string, number>>
  /** A file that is half there. */
  readonly partialBytes?: number
  /** With an index that names these files. */
  readonly index?: readonly string[]
}

/** Fills a cache folder, in the layout that `huggingface_hub` documents. */
export function fillCache(cacheDir: string, models: readonly CachedModel[]): void {
  for (const { repository, files, partialBytes, index } of models) {
    const root = join(cacheDir, 'hub', `models--${repository.replaceAll('/', '--')}`)
    const snapshot = join(root, 'snapshots', 'abc123')
    for (const folder of [snapshot, join(root, 'blobs'), join(root, 'refs')]) mkdirSync(folder, { recursive: true })
    writeFileSync(join(root, 'refs', 'main'), 'abc123')
    writeFileSync(join(snapshot, 'config.json'), '{}')
    for (const [name, bytes] of Object.entries(files)) {
      const blob = join(root, 'blobs', name.replaceAll('/', '-'))
      writeFileSync(blob, '')
      truncateSync(blob, bytes)
      const link = join(snapshot, name)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(relative(dirname(link), blob), link)
    }
    if (index) {
      const map = Object.fromEntries(index.map((file, at) => [`layer.${at}`, file]))
      writeFileSync(join(snapshot, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }))
    }
    if (partialBytes !== undefined) {
      const half = join(root, 'blobs', 'half.incomplete')
      writeFileSync(half, '')
      truncateSync(half, partialBytes)
    }
  }
}
