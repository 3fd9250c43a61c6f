import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { EngineAt } from '../../endpoint/serve/container.ts'
import { jsonOf } from '../../json-text.ts'
import { plainText } from '../../plain-text.ts'
import { type PullEvent, pullEventSchema } from './pull-layers.ts'

const TIMEOUT_MS = 10_000

/**
 * The socket of the Docker engine that `docker` itself uses; null for podman, which has none, and for an engine that is reached
 * over the network. Docker without root has a context with its own socket.
 */
export async function engineSocket({ engine, env }: EngineAt): Promise<string | null> {
  if (engine !== 'docker') return null
  const host = env['DOCKER_HOST'] || (await contextHost(env))
  return /^unix:\/\/(\/.+)$/.exec(host)?.[1] ?? null
}

const contextHost = (env: NodeJS.ProcessEnv): Promise<string> =>
  new Promise((resolve) => {
    const words = ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}']
    execFile('docker', words, { env, timeout: TIMEOUT_MS }, (error, stdout) => resolve(error ? '' : stdout.trim()))
  })

/**
 * Whether `docker login` has left anything for a registry. Only `docker` reads it: a pull that may require it is left to
 * `docker pull`.
 */
export async function mayHaveLogin(image: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const folder = env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker')
  try {
    const config: unknown = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))
    if (typeof config !== 'object' || config === null) return false
    const { auths = {}, credHelpers = {}, credsStore } = config as Record<string, Record<string, unknown> | undefined>
    const registry = /^([^/]+[.:][^/]*|localhost)\//.exec(image)?.[1] ?? 'docker.io'
    const names = [...Object.keys(auths), ...Object.keys(credHelpers)]
    return Boolean(credsStore) || names.some((name) => name.includes(registry))
  } catch {
    return false
  }
}

/**
 * Pulls an image by the API of the engine, which says how many bytes of each layer have arrived (Docker Engine API,
 * `POST /images/create`). Rejects with the error of the engine in the words of `docker pull`, or when `signal` aborts, which
 * ends the pull.
 */
export function pullBySocket(
  socketPath: string,
  image: string,
  { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent: (event: PullEvent) => void },
): Promise<void> {
  const [, name = image, tag = 'latest'] = /^(.*?)(?::([\w][\w.-]*))?(?:@sha256:[a-f0-9]{64})?$/.exec(image) ?? []
  const digest = /@(sha256:[a-f0-9]{64})$/.exec(image)?.[1]
  const query = new URLSearchParams({ fromImage: name, tag: digest ?? tag })
  return new Promise((resolve, reject) => {
    const fail = (text: string) => reject(new Error(`Error response from daemon: ${plainText(text)}`))
    const asked = request({ socketPath, path: `/images/create?${query}`, method: 'POST', signal }, (answer) => {
      let rest = ''
      let failure: string | null = null
      // a refusal is one line with a message, which ends with a newline
      let refusal: string | null = null
      answer.setEncoding('utf8')
      answer.on('data', (text: string) => {
        const lines = (rest + text).split('\n')
        rest = (lines.pop() ?? '').slice(-100_000)
        for (const line of lines) read(line)
      })
      answer.on('error', reject)
      answer.on('end', () => {
        read(rest)
        if (answer.statusCode !== 200) fail(refusal ?? failure ?? `status ${answer.statusCode}`)
        else if (failure !== null) fail(failure)
        else resolve()
      })
      function read(line: string) {
        if (answer.statusCode !== 200) refusal ??= messageIn(line)
        const event = pullEventSchema.safeParse(jsonOf(line))
        if (!event.success) return
        failure ??= event.data.errorDetail?.message ?? event.data.error ?? null
        onEvent(event.data)
      }
    })
    asked.on('error', reject)
    asked.end()
  })
}

const messageIn = (text: string): string | null => {
  const value = jsonOf(text) as { message?: unknown } | null
  return typeof value?.message === 'string' ? value.message : null
}
