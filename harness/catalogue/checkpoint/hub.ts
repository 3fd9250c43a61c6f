import { JoulemarkError, messageOf } from '../../errors.ts'
import type { CheckpointFiles } from './describe-checkpoint.ts'
import {
  CONFIG_FILE,
  INDEX_FILE,
  MAX_CONFIG_BYTES,
  MAX_INDEX_BYTES,
  parseJson,
  QUANTISATION_FILE,
} from './read-folder.ts'

type Env = Readonly<Record<string, string | undefined>>

const TIMEOUT_MS = 20_000

/**
 * The files of a repository on the hub (or on the mirror that HF_ENDPOINT names) that describe its model: not the weights.
 * HF_TOKEN is sent where it is set, to that host only. Throws `environment` where the hub is not reached, and `bad-input`
 * where it has no such model or asks for a licence.
 */
export async function readFromHub(repository: string, env: Env): Promise<CheckpointFiles> {
  const config = await get(repository, CONFIG_FILE, MAX_CONFIG_BYTES, env)
  if (config === null) {
    throw new JoulemarkError(
      'bad-input',
      `${repository}: no ${CONFIG_FILE} on ${hostOf(env)}; expected ORG/NAME of a model`,
    )
  }
  const [index, quantisation] = await Promise.all([
    get(repository, INDEX_FILE, MAX_INDEX_BYTES, env),
    get(repository, QUANTISATION_FILE, MAX_CONFIG_BYTES, env),
  ])
  return { config, index, quantisation: quantisation?.json ?? null, tensors: null }
}

/**
 * The variable by which the environment forbids the hub; null where it does not. As in `huggingface_hub` (constants.py), the second
 * counts where the first is not set.
 */
export function offlineVariable(env: Env): 'HF_HUB_OFFLINE' | 'TRANSFORMERS_OFFLINE' | null {
  const name = (env['HF_HUB_OFFLINE'] ?? '') === '' ? 'TRANSFORMERS_OFFLINE' : 'HF_HUB_OFFLINE'
  return /^(1|on|yes|true)$/i.test(env[name] ?? '') ? name : null
}

/** The hub, unless HF_ENDPOINT names a mirror. */
export const HUB = 'https://huggingface.co'

/** The hub that `huggingface_hub` would ask, without a slash at its end. */
export const hubAddress = (env: Env): string => (env['HF_ENDPOINT']?.trim() || HUB).replace(/\/+$/, '')

function hostOf(env: Env): string {
  const endpoint = hubAddress(env)
  const url = URL.parse(endpoint)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new JoulemarkError('bad-input', `HF_ENDPOINT: "${endpoint}" is no address; expected such as ${HUB}`)
  }
  return url.host
}

/** One file of a repository, parsed; null where the repository has none. */
async function get(
  repository: string,
  name: string,
  maxBytes: number,
  env: Env,
): Promise<{ json: unknown; file: string } | null> {
  const host = hostOf(env)
  const file = `${host}/${repository}/${name}`
  const token = (env['HF_TOKEN'] ?? '').trim()
  try {
    const response = await fetch(`${hubAddress(env)}/${repository}/resolve/main/${name}`, {
      headers: token === '' ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const { status } = response
    if (status === 200) return { json: parseJson(await bounded(response, maxBytes, file), file), file }
    await response.body?.cancel()
    if (status === 404) return null
    throw new JoulemarkError('bad-input', refused(file, status, token !== ''))
  } catch (error) {
    if (error instanceof JoulemarkError) throw error
    throw new JoulemarkError(
      'environment',
      `${host} was not reached: ${causeOf(error)}; download the model first, or give its folder`,
    )
  }
}

function refused(file: string, status: number, hasToken: boolean): string {
  if (status !== 401 && status !== 403)
    return `${file}: HTTP ${status}; try again later, or give the folder of the model`
  const advice = hasToken
    ? 'accept the licence on the page of the model'
    : 'set HF_TOKEN, and accept the licence on its page'
  return `${file}: HTTP ${status}: no such model, or one that asks for a licence: ${advice}`
}

/** The cause of a failed fetch, which hides it. */
const causeOf = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error)

/** A body as text, cut off with an error as soon as it is longer. */
async function bounded(response: Response, maxBytes: number, file: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes)
      throw new JoulemarkError('bad-input', `${file}: more than ${maxBytes} bytes; is this the file of a model?`)
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}
