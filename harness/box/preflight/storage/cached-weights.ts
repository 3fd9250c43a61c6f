import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { localTree } from '../../../catalogue/checkpoint/file-tree.ts'
import { cachedSnapshot, repositoryFolder } from '../../../catalogue/checkpoint/hub-cache.ts'
import type { WeightsFacts } from '../facts.ts'

/** The share of the stated size from which a snapshot without an index counts as whole. */
const WHOLE_SHARE = 0.98
/** An index of weights is some hundreds of KB. */
const MAX_INDEX_BYTES = 64 * 2 ** 20

/**
 * What of a repository is in the cache of `huggingface_hub` (`hub/models--ORG--NAME`): files are stored once under `blobs`, those
 * that are half there end in `.incomplete`, and a snapshot links to the whole ones. A snapshot is complete when it holds
 * every file that its index names, or the whole set that the repository has beside it; without an index, when nothing is half there or its size is the stated one.
 */
export async function cachedWeights(
  { repository, bytes }: { readonly repository: string; readonly bytes: number | null },
  cacheDir: string,
): Promise<WeightsFacts> {
  const hub = join(cacheDir, 'hub')
  const blobs = await sizesIn(join(repositoryFolder(hub, repository), 'blobs'))
  const sum = (isPartial: boolean) =>
    blobs.filter(({ name }) => name.endsWith('.incomplete') === isPartial).reduce((total, { size }) => total + size, 0)
  const [cachedBytes, partialBytes] = [sum(false), sum(true)]
  const snapshot = await snapshotOf(repository, hub)
  const isComplete = snapshot !== null && (await isWhole(snapshot, { bytes, hasPartial: partialBytes > 0 }))
  return { repository, bytes, cachedBytes, partialBytes, isComplete }
}

/** The snapshot of a repository of a language model, or of a pipeline of images, which has another file at its top. */
async function snapshotOf(repository: string, hub: string): Promise<string | null> {
  const named = await cachedSnapshot(repository, localTree({ HF_HUB_CACHE: hub }))
  if (named !== null) return named
  const root = repositoryFolder(hub, repository)
  const main = (await readFile(join(root, 'refs', 'main'), 'utf8').catch(() => '')).trim()
  if (!/^[\w.-]{1,100}$/.test(main)) return null
  const folder = join(root, 'snapshots', main)
  return (await sizeOf(join(folder, 'model_index.json'))) === null ? null : folder
}

async function isWhole(
  snapshot: string,
  { bytes, hasPartial }: { readonly bytes: number | null; readonly hasPartial: boolean },
): Promise<boolean> {
  const names = (await readdir(snapshot, { recursive: true }).catch(() => [])).map(String)
  const weights = names.filter((name) => /\.(?:safetensors|bin|gguf)$/.test(name))
  const sizes = await Promise.all(weights.map((name) => sizeOf(join(snapshot, name))))
  // a link to a blob that is not there
  if (weights.length === 0 || sizes.includes(null)) return false
  const indices = names.filter((name) => name.endsWith('.safetensors.index.json'))
  const sets = await Promise.all(
    indices.map(async (name) => ({ folder: dirname(name), files: await filesOfIndex(snapshot, name) })),
  )
  const isThere = (files: readonly string[] | null) => files?.every((file) => weights.includes(file)) ?? false
  // a repository may hold its weights twice, of which one set is downloaded with the small files of both
  const isFolderWhole = (folder: string) =>
    sets.some((set) => set.folder === folder && isThere(set.files)) ||
    hasConsolidated(weights.filter((file) => dirname(file) === folder))
  if (!sets.every(({ folder }) => isFolderWhole(folder))) return false
  if (indices.length > 0 || !hasPartial) return true
  const total = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
  return bytes !== null && total >= bytes * WHOLE_SHARE
}

/** Whether the weights that Mistral publishes beside those of transformers are all there: one file, or as many as their names say. */
function hasConsolidated(files: readonly string[]): boolean {
  const parts = files.filter((file) => /^consolidated.*\.safetensors$/.test(basename(file)))
  const of = /-of-(\d+)\.safetensors$/.exec(parts[0] ?? '')?.[1]
  return parts.length > 0 && (of === undefined || parts.length === Number(of))
}

/** The files that an index names, by their path in the snapshot; null for an index that cannot be read. */
async function filesOfIndex(snapshot: string, name: string): Promise<string[] | null> {
  try {
    const file = join(snapshot, name)
    if (((await sizeOf(file)) ?? 0) > MAX_INDEX_BYTES) return null
    const { weight_map: map } = JSON.parse(await readFile(file, 'utf8')) as { weight_map?: Record<string, unknown> }
    return [...new Set(Object.values(map ?? {}))].map((part) => join(dirname(name), String(part)))
  } catch {
    return null
  }
}

const sizeOf = async (path: string): Promise<number | null> => (await stat(path).catch(() => null))?.size ?? null

async function sizesIn(folder: string): Promise<{ name: string; size: number }[]> {
  const names = await readdir(folder).catch(() => [])
  return Promise.all(names.map(async (name) => ({ name, size: (await sizeOf(join(folder, name))) ?? 0 })))
}
