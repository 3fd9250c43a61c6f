import { type FileHandle, open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { JoulemarkError, messageOf } from '../../errors.ts'
import type { CheckpointFiles } from './describe-checkpoint.ts'
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
export async function readModelFolder(folder: string): Promise<CheckpointFiles> {
  const config = await readJson(join(folder, CONFIG_FILE), MAX_CONFIG_BYTES)
  if (config === null) {
    const gguf = (await filesOf(folder)).some((name) => name.endsWith('.gguf'))
    const why = gguf
      ? '; a GGUF file describes itself to its own server only: give the folder of the original model'
      : ''
    throw new JoulemarkError('bad-input', `${folder}: no ${CONFIG_FILE}; expected the folder of a model${why}`)
  }
  const index = await readJson(join(folder, INDEX_FILE), MAX_INDEX_BYTES)
  const quantisation = await readJson(join(folder, QUANTISATION_FILE), MAX_CONFIG_BYTES)
  return { config, index, quantisation: quantisation?.json ?? null, tensors: await tensorsOf(folder) }
}

/** A file of JSON as text, checked for its size and parsed; null where there is none. */
async function readJson(file: string, maxBytes: number): Promise<{ json: unknown; file: string } | null> {
  try {
    const { size } = await stat(file)
    if (size > maxBytes) {
      throw new JoulemarkError(
        'bad-input',
        `${file}: ${size} bytes; expected at most ${maxBytes}: is this the file of a model?`,
      )
    }
    return { json: parseJson(await readFile(file, 'utf8'), file), file }
  } catch (error) {
    if (error instanceof JoulemarkError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new JoulemarkError('bad-input', `${file}: cannot be read: ${messageOf(error)}`)
  }
}

/** Parses JSON. Throws `bad-input` in one line that names the file. */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new JoulemarkError('bad-input', `${file}: no valid JSON (${messageOf(error)}); download it again`)
  }
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted()
  } catch {
    return []
  }
}

/** The tensors of all weights in a folder; null where there are none, or only a part of the files that an index names. */
async function tensorsOf(folder: string): Promise<Tensor[] | null> {
  const all = (await filesOf(folder)).filter((name) => name.endsWith('.safetensors'))
  // Mistral publishes the same weights a second time under this name
  const files = all.length > 1 ? all.filter((name) => !name.startsWith('consolidated')) : all
  if (files.length === 0 || files.length > MAX_WEIGHT_FILES || isIncomplete(files)) return null
  const lists: Tensor[][] = []
  for (const name of files) lists.push(await tensorsIn(join(folder, name)))
  return lists.flat()
}

/** `model-00001-of-00004.safetensors` states how many files there are. */
function isIncomplete(files: readonly string[]): boolean {
  const total = /-of-(\d{1,6})\.safetensors$/.exec(files[0] ?? '')?.[1]
  return total !== undefined && files.length < Number(total)
}

async function tensorsIn(path: string): Promise<Tensor[]> {
  let file: FileHandle | undefined
  try {
    file = await open(path)
    const start = await file.read(new Uint8Array(LENGTH_BYTES), 0, LENGTH_BYTES, 0)
    const length = headerLength(start.buffer.subarray(0, start.bytesRead), path)
    const header = await file.read(new Uint8Array(length), 0, length, LENGTH_BYTES)
    return readHeader(new TextDecoder().decode(header.buffer.subarray(0, header.bytesRead)), path)
  } catch (error) {
    if (error instanceof JoulemarkError) throw error
    throw new JoulemarkError('bad-input', `${path}: cannot be read: ${messageOf(error)}`)
  } finally {
    await file?.close()
  }
}
