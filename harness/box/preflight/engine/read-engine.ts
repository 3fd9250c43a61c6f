import { z } from 'zod'
import { type EngineFault, engineFault } from '../../../endpoint/serve/engine/engine-fault.ts'
import { jsonOf } from '../../../json-text.ts'
import { plainText } from '../../../plain-text.ts'
import { simulationStamps } from '../../../record/simulation-stamps.ts'
import { type EngineFacts, type Finding, fault, unknown } from '../facts.ts'
import type { PreflightTools, ProgramEnd } from '../tools.ts'

/** How long the engine may take for an answer about itself. */
const TIMEOUT_MS = 6000

/** What `docker info` prints as JSON, as far as it is read; every field may be missing or null in some version. */
const dockerInfo = z.looseObject({
  ServerVersion: z.string().nullish(),
  Name: z.string().nullish(),
  OperatingSystem: z.string().nullish(),
  DockerRootDir: z.string().nullish(),
  DriverStatus: z.array(z.array(z.string())).nullish(),
  SecurityOptions: z.array(z.string()).nullish(),
  HttpProxy: z.string().nullish(),
  HttpsProxy: z.string().nullish(),
  NoProxy: z.string().nullish(),
  RegistryConfig: z.looseObject({ Mirrors: z.array(z.string()).nullish() }).nullish(),
})

/** What `podman info` prints as JSON. A `docker` that is Podman in truth prints the same. */
const podmanInfo = z.looseObject({
  host: z.looseObject({
    hostname: z.string().nullish(),
    serviceIsRemote: z.boolean().nullish(),
    security: z.looseObject({ rootless: z.boolean().nullish() }).nullish(),
  }),
  store: z.looseObject({ graphRoot: z.string().nullish() }),
  version: z.looseObject({ Version: z.string().nullish() }),
})

/** Asks the engine about itself. */
export async function readEngine(tools: PreflightTools): Promise<Finding<EngineFacts>> {
  const end = await tools.run(tools.engine, ['info', '--format', '{{json .}}'], TIMEOUT_MS)
  return engineFinding(end, tools)
}

/** What `info` said, as facts; exported for tests of its texts. */
export function engineFinding(
  end: ProgramEnd,
  tools: Pick<PreflightTools, 'engine' | 'hostname' | 'env'>,
): Finding<EngineFacts> {
  const { engine } = tools
  if ('absent' in end) {
    const known = engineFault([`no ${engine} on PATH`], { engine, rootless: false })
    return fault(`${engine} is not installed: ${end.absent}`, known?.fix ?? '')
  }
  if (end.code === null) {
    return fault(
      `${engine} did not answer in ${TIMEOUT_MS / 1000} s`,
      `sudo systemctl restart ${engine}, then: ${engine} info`,
    )
  }
  const said = jsonOf(end.stdout)
  const docker = dockerInfo.safeParse(said)
  // a client without its daemon prints an object all the same, with empty fields
  if (docker.success && docker.data.ServerVersion) return dockerFacts(docker.data, tools)
  const podman = podmanInfo.safeParse(said)
  if (podman.success) return podmanFacts(podman.data, tools)
  return engineTrouble(end, engine)
}

function engineTrouble(
  end: { stdout: string; stderr: string; code: number | null },
  engine: EngineFacts['engine'],
): Finding<never> {
  const known = faultIn(end, { engine, rootless: false })
  const line = end.stderr.split('\n').find((each) => each.trim() !== '') ?? `exit code ${end.code}`
  if (known !== null) return fault(shortened(known.line), known.fix)
  return end.code === 0 ? unknown(`${engine} info is not understood`) : fault(shortened(line), `${engine} info`)
}

/** A fault that is known in the texts of a program that ended. */
export const faultIn = (
  end: { readonly stdout: string; readonly stderr: string },
  kind: Parameters<typeof engineFault>[1],
): EngineFault | null => engineFault([...end.stderr.split('\n'), ...end.stdout.split('\n')], kind)

/** A line of an engine, for a check: harmless and not longer than it must be. */
export const shortened = (line: string): string => {
  const text = plainText(line)
    .replace(/^docker: /, '')
    .trim()
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

function dockerFacts(
  info: z.infer<typeof dockerInfo>,
  { hostname, env }: Pick<PreflightTools, 'hostname' | 'env'>,
): Finding<EngineFacts> {
  const isDesktop = /Docker Desktop/.test(info.OperatingSystem ?? '')
  const isOther = !isDesktop && info.Name != null && info.Name !== '' && info.Name !== hostname
  const elsewhere = isDesktop
    ? 'in the virtual machine of Docker Desktop'
    : isOther
      ? `on ${plainText(info.Name ?? '')}${env['DOCKER_HOST'] ? ', which DOCKER_HOST names' : ''}`
      : null
  return {
    state: 'well',
    engine: 'docker',
    version: plainText(info.ServerVersion ?? ''),
    rootless: info.SecurityOptions?.some((option) => option.includes('name=rootless')) ?? false,
    simulated: simulationStamps([info.OperatingSystem, info.ServerVersion]).length > 0,
    imagesFolder: elsewhere === null ? imagesFolderOf(info) : null,
    elsewhere,
    proxies: openProxies({ HTTP_PROXY: info.HttpProxy, HTTPS_PROXY: info.HttpsProxy, NO_PROXY: info.NoProxy }),
    hasHiddenProxy: [info.HttpProxy, info.HttpsProxy].some(isHidden),
    mirrors: (info.RegistryConfig?.Mirrors ?? []).filter((mirror) => /^https?:\/\//.test(mirror)),
  }
}

/** With the image store of containerd, the default from Docker 29 on, images are not under the folder of Docker. */
function imagesFolderOf({ DockerRootDir: root, DriverStatus: status }: z.infer<typeof dockerInfo>): string | null {
  const ofContainerd = status?.some(([, value]) => value?.startsWith('io.containerd.snapshotter') === true) ?? false
  return ofContainerd ? '/var/lib/containerd' : root || null
}

/** The engine hides the user and the password of a proxy; such an address would be wrong. */
const isHidden = (proxy: string | null | undefined): boolean => /:\/\/xxxxx/.test(proxy ?? '')

const openProxies = (values: Readonly<Record<string, string | null | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value && !isHidden(value) ? [[name, value]] : [])),
  )

function podmanFacts(
  { host, store, version }: z.infer<typeof podmanInfo>,
  { hostname, engine }: Pick<PreflightTools, 'hostname' | 'engine'>,
): Finding<EngineFacts> {
  if (engine === 'docker') {
    return fault(
      'docker on this PATH is Podman under another name, which ignores --gpus',
      'use --engine podman, or install Docker',
    )
  }
  const isOther = host.serviceIsRemote === true && host.hostname !== hostname
  return {
    state: 'well',
    engine: 'podman',
    version: plainText(version.Version ?? ''),
    rootless: host.security?.rootless ?? false,
    simulated: false,
    imagesFolder: isOther ? null : (store.graphRoot ?? null),
    elsewhere: isOther ? `on ${plainText(host.hostname ?? 'another machine')}` : null,
    proxies: {},
    hasHiddenProxy: false,
    mirrors: [],
  }
}
