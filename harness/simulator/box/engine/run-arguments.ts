/** The command line of `docker run`, as far as the simulated engine follows it. */
export interface RunArguments {
  readonly name: string | null
  readonly labels: ReadonlyMap<string, string>
  /** UUIDs or indices; empty without a GPU, `all` for every one. */
  readonly gpus: readonly string[] | 'all'
  /** Port of the host that leads to the port of the server; null without one. */
  readonly port: number | null
  readonly entrypoint: string | null
  readonly env: ReadonlyMap<string, string>
  readonly isDetached: boolean
  /** Removed when it ends. */
  readonly isRemoved: boolean
  readonly image: string
  readonly command: readonly string[]
}

const switches = new Set([
  '--rm',
  '-i',
  '--interactive',
  '-t',
  '--tty',
  '-it',
  '-d',
  '--detach',
  '--init',
  '--privileged',
])
const valueFlags = new Set([
  ...[
    '--name',
    '--label',
    '-l',
    '--gpus',
    '--device',
    '-p',
    '--publish',
    '--entrypoint',
    '-e',
    '--env',
    '-v',
    '--volume',
  ],
  ...['--mount', '--ipc', '--shm-size', '--network', '--net', '-u', '--user', '-w', '--workdir', '--pull', '--runtime'],
  ...['--security-opt', '--hostname', '-h', '--memory', '-m', '--cpus', '--cpuset-cpus', '--ulimit', '--platform'],
  ...['--stop-timeout', '--restart', '--userns', '--tmpfs', '--group-add', '--cap-add', '--log-driver', '--log-opt'],
])

/** Parses the words after `run`. `error` is what docker prints before it exits with 125. */
export function parseRun(words: readonly string[]): RunArguments | { readonly error: string } {
  const values = new Map<string, string[]>()
  let at = 0
  for (; at < words.length && (words[at] as string).startsWith('-'); at += 1) {
    const word = words[at] as string
    const equals = word.startsWith('--') ? word.indexOf('=') : -1
    const flag = equals < 0 ? word : word.slice(0, equals)
    if (switches.has(flag)) values.set(flag, ['true'])
    else if (valueFlags.has(flag)) {
      const value = equals < 0 ? words[++at] : word.slice(equals + 1)
      if (value === undefined) return { error: `flag needs an argument: ${flag}` }
      values.set(flag, [...(values.get(flag) ?? []), value])
    } else return { error: `unknown flag: ${flag}` }
  }
  const image = words[at]
  if (image === undefined) return { error: "'docker run' requires at least 1 argument" }
  const all = (...flags: string[]) => flags.flatMap((flag) => values.get(flag) ?? [])
  return {
    name: all('--name').at(-1) ?? null,
    labels: new Map(all('--label', '-l').map(pairOf)),
    gpus: gpusOf(all('--gpus').at(-1), all('--device')),
    port: portOf(all('-p', '--publish').at(-1)),
    entrypoint: all('--entrypoint').at(-1) ?? null,
    env: new Map(all('-e', '--env').map(pairOf)),
    isRemoved: values.has('--rm'),
    isDetached: values.has('-d') || values.has('--detach'),
    image,
    command: words.slice(at + 1),
  }
}

function pairOf(text: string): [string, string] {
  const equals = text.indexOf('=')
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)]
}

/** `all`, `device=a`, `"device=a,b"` in quotes, or the devices of CDI, which Podman takes. */
function gpusOf(gpus: string | undefined, devices: readonly string[]): readonly string[] | 'all' {
  const cdi = devices.flatMap((device) => /^nvidia\.com\/gpu=(\S+)$/.exec(device)?.[1] ?? [])
  const [, list] = /^"?device=([^"]*)"?$/.exec(gpus ?? '') ?? []
  const named = [...cdi, ...(list?.split(',') ?? [])]
  return gpus === 'all' || named.includes('all') ? 'all' : named
}

/** `8001:8000` or `127.0.0.1:8001:8000`. */
function portOf(text: string | undefined): number | null {
  const [, port] = /(?:^|:)(\d+):\d+(?:\/tcp)?$/.exec(text ?? '') ?? []
  return port === undefined ? null : Number(port)
}
