import { readdir, readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The cache of `huggingface_hub`: `models--ORG--NAME/snapshots/REVISION/`, with the revision of a branch in `refs/`. The
 * layout is documented and small; the package `@huggingface/hub` would bring downloads that are not needed here.
 */

type Env = Readonly<Record<string, string | undefined>>

/** A name of a repository: `org/name`, or `name` alone for the oldest ones. */
export const isRepository = (name: string): boolean =>
  /^[\w.-]+(\/[\w.-]+)?$/.test(name) && !name.includes('..') && !name.startsWith('.')

/** The folder of the cache, by the variables of `huggingface_hub`. */
function hubCacheFolder(env: Env): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = env
  const home = HF_HOME || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface')
  return HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || join(home, 'hub')
}

/** The folder of a repository in the cache: the revision that `main` names, else the newest one; null where it is not there. */
export async function cachedSnapshot(repository: string, env: Env): Promise<string | null> {
  if (!isRepository(repository)) return null
  const root = join(hubCacheFolder(env), `models--${repository.replaceAll('/', '--')}`)
  const snapshots = join(root, 'snapshots')
  const main = await readText(join(root, 'refs', 'main'))
  const named = main !== null && /^[\w.-]{1,100}$/.test(main) ? join(snapshots, main) : null
  if (named !== null && (await hasConfig(named))) return named
  const found = await newestFirst(snapshots)
  for (const folder of found) if (await hasConfig(folder)) return folder
  return null
}

async function readText(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch {
    return null
  }
}

const hasConfig = async (folder: string): Promise<boolean> => (await modifiedMs(join(folder, 'config.json'))) !== null

async function modifiedMs(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs
  } catch {
    return null
  }
}

async function newestFirst(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  const dated = await Promise.all(
    names.map(async (name) => ({ path: join(folder, name), at: await modifiedMs(join(folder, name)) })),
  )
  return dated.toSorted((a, b) => (b.at ?? 0) - (a.at ?? 0)).map(({ path }) => path)
}
