import { type Container, digestOf } from './containers.ts'

/** What `docker inspect` knows of a container, in its own field names. */
export function inspected({ id, name, image, labels, startedAt, exitCode, oomKilled }: Container): object {
  return {
    Id: id,
    Name: `/${name}`,
    Image: digestOf(image),
    State: {
      Status: exitCode === null ? 'running' : 'exited',
      Running: exitCode === null,
      ExitCode: exitCode ?? 0,
      OOMKilled: oomKilled,
      StartedAt: startedAt.toISOString(),
      Error: '',
    },
    Config: { Image: image, Labels: Object.fromEntries(labels) },
  }
}

/** Bytes of the image, which is none. */
const IMAGE_BYTES = 20e9

/** What `docker image inspect` knows of an image: every image is there. */
export function inspectedImage(image: string): object {
  const [, repository = image] = /^(.*?)(?::[\w.-]+)?(?:@sha256:\w+)?$/.exec(image) ?? []
  return {
    Id: digestOf(image),
    RepoTags: [image],
    RepoDigests: [`${repository}@${digestOf(image)}`],
    Size: IMAGE_BYTES,
    Architecture: 'amd64',
    Os: 'linux',
    Config: { Labels: {} },
  }
}

/** What `docker info` and `docker version` print of the engine. */
export const engineFacts = {
  ServerVersion: '0.0-sim',
  DockerRootDir: '/var/lib/docker',
  OperatingSystem: 'SIMULATED',
  OSType: 'linux',
  Architecture: 'x86_64',
  Runtimes: { nvidia: { path: 'nvidia-container-runtime' }, runc: { path: 'runc' } },
  SecurityOptions: [] as string[],
  Client: { Version: '0.0-sim' },
  Server: { Version: '0.0-sim' },
} as const

/** A value printed by a Go template, as far as fields, `index` and `json` go; an unknown field prints nothing. */
export function formatted(format: string, value: object): string {
  return format.replaceAll(/\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
    const json = /^json (\S+)$/.exec(expression)
    if (json) return JSON.stringify(fieldOf(value, json[1] as string) ?? null)
    const index = /^index (\S+) (?:"([^"]*)"|(\d+))$/.exec(expression)
    const found = index
      ? (fieldOf(value, index[1] as string) as Record<string, unknown> | undefined)?.[index[2] ?? (index[3] as string)]
      : fieldOf(value, expression)
    return found === undefined || found === null ? '' : String(found)
  })
}

function fieldOf(value: unknown, path: string): unknown {
  let found: unknown = value
  for (const name of path.split('.').filter((part) => part !== '')) {
    found = (found as Record<string, unknown> | null | undefined)?.[name]
  }
  return found
}
