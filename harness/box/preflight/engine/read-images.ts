import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type EngineFacts, type Finding, fault, type ImageSource, unknown } from '../facts.ts'
import { registryFinding } from '../network/registry.ts'
import type { PreflightTools } from '../tools.ts'
import { shortened } from './read-engine.ts'

const TIMEOUT_MS = 5000
/** The token and the manifest, of the registry or of a mirror. */
const REGISTRY_TIMEOUT_MS = 8000

const inspected = z.array(
  z.looseObject({ Id: z.string(), RepoDigests: z.array(z.string()).nullish(), Size: z.number().nullish() }),
)

/** Whether the registry of an image that is not here would give it. */
export async function imageElsewhere(
  image: string,
  engine: EngineFacts,
  tools: PreflightTools,
  offline: string | null,
): Promise<Finding<ImageSource>> {
  if (offline !== null) {
    return fault(
      `${image} is not on this machine, and the network may not be used (${offline})`,
      `${tools.engine} pull ${image}`,
    )
  }
  return registryFinding(image, {
    ask: tools.ask,
    // Podman has no daemon: its proxies are those of the shell
    proxies: engine.engine === 'podman' ? tools.env : engine.proxies,
    mirrors: engine.mirrors,
    hasHiddenProxy: engine.hasHiddenProxy,
    engine: tools.engine,
    hasLogin: (registry) => hasLogin(registry, tools.env),
    timeoutMs: REGISTRY_TIMEOUT_MS,
  })
}

/** An image of this machine; a fault where it is not there. */
export async function imageHere(image: string, tools: PreflightTools): Promise<Finding<ImageSource>> {
  const end = await tools.run(tools.engine, ['image', 'inspect', image], TIMEOUT_MS)
  if ('absent' in end) return unknown(end.absent)
  if (end.code === null) return unknown(`${tools.engine} image inspect took too long`)
  if (end.code !== 0) {
    const isAbsent = /no such image|image not known/i.test(end.stderr)
    return isAbsent || end.stderr.trim() === ''
      ? fault(`${image} is not on this machine`, `${tools.engine} pull ${image}`)
      : unknown(shortened(end.stderr))
  }
  const [found] = imagesIn(end.stdout)
  if (found === undefined) return unknown(`${tools.engine} image inspect is not understood`)
  const digest = found.RepoDigests?.[0]?.split('@')[1] ?? found.Id
  return { state: 'well', where: 'here', digest, bytes: found.Size ?? null }
}

function imagesIn(text: string): z.infer<typeof inspected> {
  try {
    const said = inspected.safeParse(JSON.parse(text))
    return said.success ? said.data : []
  } catch {
    return []
  }
}

/** Whether the engine holds a login for a registry, by the file that Docker and Podman share; the login itself is not read. */
function hasLogin(registry: string, env: NodeJS.ProcessEnv): boolean {
  const home = env['HOME'] || homedir()
  const runtime = env['XDG_RUNTIME_DIR']
  const files = [
    join(env['DOCKER_CONFIG'] || join(home, '.docker'), 'config.json'),
    ...(env['REGISTRY_AUTH_FILE'] ? [env['REGISTRY_AUTH_FILE']] : []),
    ...(runtime ? [join(runtime, 'containers', 'auth.json')] : []),
  ]
  const names =
    registry === 'registry-1.docker.io' ? ['https://index.docker.io/v1/', 'docker.io', registry] : [registry]
  return files.some((file) => {
    try {
      const { auths } = JSON.parse(readFileSync(file, 'utf8')) as { auths?: Record<string, unknown> }
      return names.some((name) => Object.hasOwn(auths ?? {}, name))
    } catch {
      return false
    }
  })
}
