import type { ContainerEngine } from './engine.ts'

/** What keeps a container engine from starting a container, as far as its texts tell. */
export const engineCauses = [
  'no-permission',
  'no-docker',
  'no-gpu-runtime',
  'no-device',
  'port-taken',
  'no-image',
  'no-registry',
] as const
export type EngineCause = (typeof engineCauses)[number]

/** The engine that said it. */
export interface EngineKind {
  readonly engine: ContainerEngine
  /** Docker or Podman that runs without root: its daemon is a service of the user. */
  readonly rootless: boolean
}

/** A cause that was recognised in the texts of an engine. */
export interface EngineFault {
  readonly cause: EngineCause
  /** The line that shows it. */
  readonly line: string
  /** What to type, or to do. */
  readonly fix: string
}

const TOOLKIT_GUIDE = 'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html'

const restart = ({ engine, rootless }: EngineKind): string =>
  engine === 'podman' ? '' : rootless ? ' && systemctl --user restart docker' : ' && sudo systemctl restart docker'

/** Makes the runtime of NVIDIA known to the engine, once its packages are there. */
const configure = (kind: EngineKind): string => {
  if (kind.engine === 'podman') return 'sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml'
  const file = kind.rootless ? ' --config=$HOME/.config/docker/daemon.json' : ''
  return `${kind.rootless ? '' : 'sudo '}nvidia-ctk runtime configure --runtime=docker${file}${restart(kind)}`
}

const installToolkit = (kind: EngineKind): string =>
  `sudo apt-get install -y nvidia-container-toolkit (packages: ${TOOLKIT_GUIDE}), then: ${configure(kind)}`

/** One card is gone, or has come back under another name. */
const FIND_CARD =
  'nvidia-smi -L lists the cards that answer; sudo dmesg | grep -E "NVRM|Xid" says what happened to the other: a card that is lost needs a reset or the server to be powered off'

const startEngine = ({ engine, rootless }: EngineKind, line: string): string => {
  if (/no (docker|podman) on PATH/.test(line)) {
    return engine === 'podman'
      ? 'sudo apt-get install -y podman'
      : 'sudo apt-get install -y docker.io (or https://docs.docker.com/engine/install)'
  }
  if (engine === 'podman')
    return 'podman system connection list (podman runs containers of this machine without a connection)'
  if (/(?:tcp|ssh):\/\//.test(line)) return 'unset DOCKER_HOST, or start the engine that it names'
  return rootless || line.includes('unix:///run/user/')
    ? 'systemctl --user start docker'
    : 'sudo systemctl start docker'
}

/**
 * Texts of Docker 20 to 29, Podman 4 and 5, and of the NVIDIA container toolkit, as their users reported them, most specific
 * first: a line of the toolkit stands inside the error of the engine.
 */
const rules: readonly {
  readonly cause: EngineCause
  readonly pattern: RegExp
  readonly fix: (kind: EngineKind, line: string) => string
}[] = [
  {
    cause: 'no-permission',
    pattern: /permission denied while trying to connect to the docker/i,
    fix: () => 'sudo usermod -aG docker $USER, then log in again',
  },
  {
    cause: 'no-docker',
    pattern:
      /Cannot connect to (?:the Docker daemon|Podman)|docker daemon is not running|failed to connect to the docker API|error during connect:|no (?:docker|podman) on PATH/,
    fix: startEngine,
  },
  {
    cause: 'no-gpu-runtime',
    pattern: /driver\/library version mismatch/i,
    fix: () => 'sudo reboot (the driver was upgraded, and the kernel module of the old one is still loaded)',
  },
  {
    cause: 'no-gpu-runtime',
    pattern: /nvml error: driver not loaded/,
    fix: () => 'sudo modprobe nvidia, then nvidia-smi; where that fails, install the driver again for this kernel',
  },
  {
    cause: 'no-gpu-runtime',
    pattern: /libnvidia-ml\.so\.1: cannot open shared object file/,
    fix: () =>
      'docker info | grep "Operating System" and snap list docker: a Docker of snap or Docker Desktop does not see the driver of this machine; install the engine of https://docs.docker.com/engine/install. Where nvidia-smi fails too, install the driver',
  },
  {
    cause: 'no-gpu-runtime',
    pattern: /unsatisfied condition: /,
    fix: (_, line) => {
      const condition = /unsatisfied condition: ([\w>=<.! ]+)/.exec(line)?.[1]?.trim() ?? 'another driver'
      return `the image requires ${condition}, which this driver is too old for: install a newer NVIDIA driver, or choose an older image`
    },
  },
  {
    cause: 'no-gpu-runtime',
    pattern: /BPF_CGROUP_DEVICE|failed to add device rules|devices\.allow: permission denied/,
    fix: (kind) => `sudo nvidia-ctk config --set nvidia-container-cli.no-cgroups --in-place${restart(kind)}`,
  },
  // the cards that this container asks for, or one that fails: the other containers may have theirs
  { cause: 'no-device', pattern: /nvidia-container-cli: device error: /, fix: () => FIND_CARD },
  {
    cause: 'no-device',
    pattern: /nvidia-container-cli: .*nvml error: (?:gpu (?:is )?lost|gpu requires reset|unknown error)/i,
    fix: () => FIND_CARD,
  },
  {
    cause: 'no-device',
    pattern: /unresolvable CDI devices (?!.*nvidia\.com\/gpu=all)|stat nvidia\.com\/gpu=(?!all)/,
    fix: () => `${FIND_CARD}; after a change of cards: sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml`,
  },
  {
    cause: 'no-gpu-runtime',
    pattern: /unresolvable CDI devices|stat nvidia\.com\/gpu/,
    fix: () =>
      'sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml (again after a change of driver or cards; without nvidia-ctk: sudo apt-get install -y nvidia-container-toolkit)',
  },
  {
    cause: 'no-gpu-runtime',
    pattern: /could not select device driver|failed to discover GPU vendor from CDI/,
    fix: installToolkit,
  },
  { cause: 'no-gpu-runtime', pattern: /unknown or invalid runtime name: nvidia/, fix: configure },
  {
    cause: 'no-gpu-runtime',
    pattern: /nvidia-container-runtime(?:-hook)?\W.*(?:executable file not found|no such file or directory)/,
    fix: installToolkit,
  },
  // the program in the container says it, of its own cards
  {
    cause: 'no-device',
    pattern: /Failed to initialize NVML: Insufficient Permissions/,
    fix: () => 'sudo setsebool -P container_use_devices=true (SELinux keeps the container from the cards)',
  },
  {
    cause: 'no-device',
    pattern: /Failed to initialize NVML/,
    fix: (kind) => `the container lost its devices: ${configure(kind)}`,
  },
  { cause: 'no-gpu-runtime', pattern: /nvidia-container-cli/, fix: installToolkit },
  {
    cause: 'port-taken',
    pattern: /port is already allocated|address already in use/i,
    fix: () => 'another process uses the port: choose another with --port',
  },
  {
    cause: 'no-registry',
    pattern: /toomanyrequests:|429 Too Many Requests - Server message/,
    fix: ({ engine }) => `${engine} login (pulls without an account are limited), or wait six hours`,
  },
  {
    cause: 'no-image',
    pattern: /did not resolve to an alias and no unqualified-search registries/,
    fix: () => 'name the image with its registry, such as docker.io/vllm/vllm-openai',
  },
  {
    cause: 'no-image',
    pattern:
      /manifest (?:for .* )?(?:unknown|not found)|pull access denied|No such image|requested access to the resource is denied/,
    fix: () => 'the registry has no such image, or requires a login: choose another with --tag or --image',
  },
  {
    cause: 'no-registry',
    pattern: /x509: certificate has expired or is not yet valid/,
    fix: () => 'timedatectl set-ntp true (the clock of this machine may be wrong)',
  },
  {
    cause: 'no-registry',
    pattern:
      /(?:Error response from daemon|Error: initializing source|pinging container registry).*(?:https:\/\/\S+\/v2\/|proxyconnect|x509:|TLS handshake timeout)/,
    fix: () =>
      'the engine does not reach the registry; it has a proxy and trusted certificates of its own (sudo systemctl edit docker), not those of this shell',
  },
]

/** What an engine's texts say went wrong; null where nothing is recognised. The first cause of the list counts, not the first line. */
export function engineFault(lines: readonly string[], kind: EngineKind): EngineFault | null {
  for (const { cause, pattern, fix } of rules) {
    const line = lines.find((candidate) => pattern.test(candidate))
    if (line !== undefined) return { cause, line, fix: fix(kind, line) }
  }
  return null
}
