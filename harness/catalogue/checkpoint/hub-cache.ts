import { homedir } from 'node:os'
import { join } from 'node:path'
import type { FileTree } from './file-tree.ts'
import { CONFIG_FILE } from './read-folder.ts'

/**
 * The cache of `huggingface_hub`: `models--ORG--NAME/snapshots/REVISION/`, with the revision of a branch in `refs/`. The
 * layout is documented and small; the package `@huggingface/hub` would bring downloads that are not needed here.
 */

type Env = Readonly<Record<string, string | undefined>>

/** A name of a repository: `org/name`, or `name` alone for the oldest ones. */
export const isRepository = (name: string): boolean =>
  /^[\w.-]+(\/[\w.-]+)?$/.test(name) && !name.includes('..') && !name.startsWith('.')

/** The folder of a repository, in the folder of the cache. */
export const repositoryFolder = (hub: string, repository: string): string =>
  join(hub, `models--${repository.replaceAll('/', '--')}`)

/** The folder of the cache, by the variables of `huggingface_hub`. */
function hubCacheFolder(env: Env): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME, HOME } = env
  const home = HF_HOME || join(XDG_CACHE_HOME || join(HOME || homedir(), '.cache'), 'huggingface')
  return HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || join(home, 'hub')
}

/** The folder of a repository in the cache: the revision that `main` names, else the newest one; null where it is not there. */
export async function cachedSnapshot(repository: string, tree: FileTree): Promise<string | null> {
  if (!isRepository(repository)) return null
  const root = repositoryFolder(hubCacheFolder(await tree.env()), repository)
  const snapshots = join(root, 'snapshots')
  const revisions = await tree.list(snapshots)
  if (revisions === null) return null
  const main = await tree.start(join(root, 'refs', 'main'), MAX_REVISION_BYTES)
  const named = main === null ? '' : new TextDecoder().decode(main).trim()
  const inOrder = [...revisions.filter((each) => each === named), ...revisions.filter((each) => each !== named)]
  for (const revision of inOrder) {
    const folder = join(snapshots, revision)
    if ((await tree.size(join(folder, CONFIG_FILE))) !== null) return folder
  }
  return null
}

const MAX_REVISION_BYTES = 200
