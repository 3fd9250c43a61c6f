import { join } from 'node:path'
import { JoulemarkError, messageOf } from '../../errors.ts'
import type { CheckpointFiles } from './describe-checkpoint.ts'
import type { FileTree } from './file-tree.ts'
import { headerLength, LENGTH_BYTES, readHeader, type Tensor } from './safetensors-header.ts'

/** Published files have some kilobytes, an index of the largest models some megabytes. */
export const MAX_CONFIG_BYTES = 4 * 2 ** 20
export const MAX_INDEX_BYTES = 64 * 2 ** 20
const MAX_WEIGHT_FILES = 2000

export const CONFIG_FILE = 'config.json'
export const INDEX_FILE = 'model.safetensors.index.json'
export const QUANTISATION_FILE = 'hf_quant_config.json'

/**
 * The files of a folder that describe a model: its configuration, the index of its weights, and the headers of the
 * weights that are there. Throws `bad-input` where there is no `config.json`, or a file is too large or broken.
 */
export async function readModelFolder(folder: string, tree: FileTree): Promise<CheckpointFiles> {
  const config = await readJson(join(folder, CONFIG_FILE), MAX_CONFIG_BYTES, tree)
  const names = ((await tree.list(folder)) ?? []).toSorted()
  if (config === null) {
    const gguf = names.some((name) => name.endsWith('.gguf'))
    const why = gguf
      ? '; a GGUF file describes itself to its own server only: give the folder of the original model'
      : ''
    throw new JoulemarkError('bad-input', `${folder}: no ${CONFIG_FILE}; expected the folder of a model${why}`)
  }
  const index = await readJson(join(folder, INDEX_FILE), MAX_INDEX_BYTES, tree)
  const quantisation = await readJson(join(folder, QUANTISATION_FILE), MAX_CONFIG_BYTES, tree)
  const tensors = await tensorsOf(folder, names, tree)
  return { config, index, quantisation: quantisation?.json ?? null, tensors }
}

/** A file of JSON as text, checked for its size and parsed; null where there is none. */
async function readJson(
  file: string,
  maxBytes: number,
  tree: FileTree,
): Promise<{ json: unknown; file: string } | null> {
  const size = await tree.size(file)
  if (size === null) return null
  if (size > maxBytes) {
    throw new JoulemarkError(
      'bad-input',
      `${file}: ${size} bytes; expected at most ${maxBytes}: is this the file of a model?`,
    )
  }
  const bytes = await tree.start(file, size)
  return bytes === null ? null : { json: parseJson(new TextDecoder().decode(bytes), file), file }
}

/** Parses JSON. Throws `bad-input` in one line that names the file. */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new JoulemarkError('bad-input', `${file}: no valid JSON (${messageOf(error)}); download it again`)
  }
}

/** The tensors of all weights in a folder; null where there are none, or only a part of the files that an index names. */
async function tensorsOf(folder: string, names: readonly string[], tree: FileTree): Promise<Tensor[] | null> {
  const all = names.filter((name) => name.endsWith('.safetensors'))
  // Mistral publishes the same weights a second time under this name
  const files = all.length > 1 ? all.filter((name) => !name.startsWith('consolidated')) : all
  if (files.length === 0 || files.length > MAX_WEIGHT_FILES || isIncomplete(files)) return null
  const lists: Tensor[][] = []
  for (const name of files) {
    const tensors = await tensorsIn(join(folder, name), tree)
    // a link of the cache to weights that are not there yet
    if (tensors === null) return null
    lists.push(tensors)
  }
  return lists.flat()
}

/** `model-00001-of-00004.safetensors` states how many files there are. */
function isIncomplete(files: readonly string[]): boolean {
  const total = /-of-(\d{1,6})\.safetensors$/.exec(files[0] ?? '')?.[1]
  return total !== undefined && files.length < Number(total)
}

async function tensorsIn(path: string, tree: FileTree): Promise<Tensor[] | null> {
  const start = await tree.start(path, LENGTH_BYTES)
  if (start === null) return null
  const length = headerLength(start, path)
  const header = await tree.start(path, LENGTH_BYTES + length)
  return header === null ? null : readHeader(new TextDecoder().decode(header.subarray(LENGTH_BYTES)), path)
}
