import { basename, resolve } from 'node:path'
import { JoulemarkError } from '../../errors.ts'
import type { DescribedModel, Source } from '../types.ts'
import { describeCheckpoint, type Naming } from './describe-checkpoint.ts'
import { type FileTree, localTree } from './file-tree.ts'
import { offlineVariable, readFromHub } from './hub.ts'
import { cachedSnapshot, isRepository } from './hub-cache.ts'
import { readModelFolder } from './read-folder.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Where a description may be read from. */
export interface DescribeOptions {
  readonly env: Env
  /** Whether the hub may be asked where the files are not on this machine. */
  readonly network: boolean
  /** Date of the source, such as 2026-11-26. */
  readonly today: string
  /** The files that are looked at; those of this machine unless given. */
  readonly files?: FileTree
  /** Name in scenarios; the name of the folder or repository unless given. */
  readonly key?: string | undefined
}

/**
 * A model by the name of its repository or by its folder: from the folder, from the cache of Hugging Face on this machine,
 * or from the hub. Throws `bad-input` where there is no such model or its files are broken, and `environment` where the hub
 * is not reached; the message says what was looked at.
 */
export async function describeModel(name: string, options: DescribeOptions): Promise<DescribedModel> {
  const { env, network, today, files = localTree(env) } = options
  const folder = options.files === undefined ? resolve(name) : name
  if ((await files.list(folder)) !== null) {
    const place = options.files === undefined ? '' : ` ${files.where}`
    const source: Source = {
      source: `config.json of the folder ${basename(folder)}${place}`,
      date: today,
      kind: 'measured',
    }
    const naming = named(name, options.key ?? basename(folder), [...new Set([name, folder, basename(folder)])], source)
    return describeCheckpoint(await readModelFolder(folder, files), naming)
  }
  if (!isRepository(name)) {
    throw new JoulemarkError(
      'bad-input',
      `${name}: no such folder; expected the folder of a model, or ORG/NAME of a repository`,
    )
  }
  const snapshot = await cachedSnapshot(name, files)
  const where = snapshot === null ? 'the hub' : `the cache ${files.where}`
  const source: Source = { source: `huggingface.co ${name}: config.json, from ${where}`, date: today, kind: 'measured' }
  const naming = named(name, options.key ?? name, [name], source)
  if (snapshot !== null) return describeCheckpoint(await readModelFolder(snapshot, files), naming)
  // the repository of a model has an owner: anything else is a name that someone mistyped
  const isAsked = network && name.includes('/')
  const forbidden = offlineVariable(env)
  if (!isAsked || forbidden !== null) {
    const why = isAsked ? `the environment forbids the hub (${forbidden})` : 'not the name of a repository (ORG/NAME)'
    throw new JoulemarkError(
      'bad-input',
      `${name}: not in the cache of Hugging Face ${files.where}, and ${why}; give the folder of the model`,
    )
  }
  return describeCheckpoint(await readFromHub(name, env), naming)
}

const named = (name: string, key: string, servedAs: readonly string[], source: Source): Naming => ({
  key,
  label: name.includes('/') ? basename(name) : name,
  servedAs,
  source,
})
