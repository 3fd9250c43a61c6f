import { basename, isAbsolute, join } from 'node:path'
import type { Model } from '../../../catalogue/types.ts'
import { JoulemarkError } from '../../../errors.ts'
import type { ServeOptions } from '../plan.ts'

/** Folder of Hugging Face in a container. */
export const CACHE_INSIDE = '/root/.cache/huggingface'
/** The variable that keeps every reader of Hugging Face in a container from the network. */
export const OFFLINE = 'HF_HUB_OFFLINE=1'

/** Where the folder of a model is in the container: the record then names no folder of this machine. */
const MODELS_INSIDE = '/models'

/** The folder of a model on this machine, and the flags with which vLLM serves it. */
export interface ModelFolder {
  /** What is mounted, and where. */
  readonly host: string
  readonly inside: string
  readonly serverFlags: readonly string[]
}

/**
 * The folder that a model was described from; null where it has a repository. It is served under the name of the folder.
 * A snapshot in a cache of Hugging Face consists of links, so the folder with its blobs is mounted.
 */
export function modelFolder(model: Pick<Model, 'servedAs'>): ModelFolder | null {
  const folder = model.servedAs.find((name) => isAbsolute(name))
  if (folder === undefined) return null
  const [, repository, snapshot] = /^(.*\/models--[^/]+)\/(snapshots\/[^/]+)\/?$/.exec(folder) ?? []
  const host = repository ?? folder
  const inside = join(MODELS_INSIDE, basename(host))
  const path = snapshot === undefined ? inside : join(inside, snapshot)
  return { host, inside, serverFlags: ['--model', path, '--served-model-name', basename(folder)] }
}

/** The words that keep an engine from downloading an image, where nothing is to be downloaded. */
export const noPull = ({ offline }: ServeOptions): string[] => (offline === true ? ['--pull', 'never'] : [])

/** The words that give a container its weights: the cache of Hugging Face, the folder of a model, and what a download needs. */
export function weightWords(options: ServeOptions, folder: ModelFolder | null): string[] {
  const { cacheDir, offline, downloadEnv = [] } = options
  const isOffline = offline === true
  const names = downloadEnv.filter((name) => !(isOffline && name === 'HF_HUB_OFFLINE'))
  return [
    ...volume(cacheDir, CACHE_INSIDE),
    ...(folder === null ? [] : volume(folder.host, folder.inside, 'ro')),
    // the home folder is the image's own: one for any user has it at /tmp
    ...['--env', `HF_HOME=${CACHE_INSIDE}`, '--env', 'HF_TOKEN'],
    ...names.flatMap((name) => ['--env', name]),
    ...(isOffline ? ['--env', OFFLINE] : []),
    ...noPull(options),
  ]
}

/** The words that mount a folder of this machine. Throws `bad-input` for a path that the engine would split. */
export function volume(host: string, inside: string, mode = ''): string[] {
  if (host.includes(':')) {
    throw new JoulemarkError('bad-input', `folder ${host}: a container cannot mount a path with a colon; rename it`)
  }
  return ['-v', `${host}:${inside}${mode === '' ? '' : `:${mode}`}`]
}
