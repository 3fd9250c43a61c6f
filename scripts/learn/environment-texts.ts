/** A variable of the environment that a command reads. */
export interface EnvironmentText {
  readonly names: readonly string[]
  /** The commands that read it. */
  readonly readBy: string
  readonly what: string
}

const serving = '`serve`, `box`, `doctor --serving`'
const hub = '`model`, `serve`, `box`, `doctor --serving`'

/** Every variable that joulemark reads, by what it is for. */
export const environmentTexts: Readonly<Record<string, readonly EnvironmentText[]>> = {
  'The server that is measured': [
    {
      names: ['OPENAI_API_KEY'],
      readBy: '`run`, `sweep`, `tune`, `doctor`',
      what: 'Key of the server, without quotes and without `Bearer`. It goes to that server only, and into no record, output or log.',
    },
    {
      names: ['NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA'],
      readBy: 'Node, for every command',
      what: 'PEM file with an authority for TLS that is trusted besides the built-in ones; `1`: the authorities of the system.',
    },
    {
      names: ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'],
      readBy: `${serving}; also in small letters`,
      what: 'Proxy for downloads, handed to the container. The measured server is always reached directly.',
    },
  ],
  'Cards and meters': [
    {
      names: ['JOULEMARK_NVIDIA_SMI'],
      readBy: 'every command that reads a card',
      what: 'Path of another nvidia-smi, such as that of the simulator; `--nvidia-smi` has priority.',
    },
    {
      names: ['JOULEMARK_IPMITOOL', 'JOULEMARK_IPMI_PASSWORD'],
      readBy: '`run`, `box`, `doctor`',
      what: 'Path of ipmitool; password of the management controller of `wall.ipmi`.',
    },
    {
      names: ['JOULEMARK_REDFISH_PASSWORD'],
      readBy: '`run`, `box`, `doctor`',
      what: 'Password of the management controller of `wall.redfish`.',
    },
    {
      names: ['CUDA_VISIBLE_DEVICES'],
      readBy: '`run` of a training, `prove`',
      what: 'GPUs of the training command; set from `--gpus` unless it is set already. For `prove` the card: its number in nvidia-smi, or its UUID.',
    },
  ],
  'Records, keys, settings': [
    {
      names: ['JOULEMARK_KEY'],
      readBy: 'every command that signs',
      what: 'Path of the signing key; `key` of joulemark.yaml, then `~/.config/joulemark`, unless set.',
    },
    {
      names: ['JOULEMARK_STORE', 'PGPASSWORD'],
      readBy: '`run`, `box`, `store`, `fleet`, `dashboard`, and wherever `store:QUERY` stands',
      what: 'The store: `sqlite:FILE` or `postgres://USER@HOST/DATABASE`; the password of PostgreSQL.',
    },
    {
      names: ['JOULEMARK_DASHBOARD_TOKEN'],
      readBy: '`dashboard`',
      what: 'Token that a browser must present; required for an address that others can reach.',
    },
    {
      names: ['HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME'],
      readBy: 'every command',
      what: 'Where the settings and keys (`joulemark` in the config folder) and the index of runs (`joulemark` in the cache folder) are.',
    },
    {
      names: ['JOULEMARK_CHROMIUM', 'PATH'],
      readBy: '`quote`',
      what: 'Path of the Chromium that prints the PDF; else the first one on `PATH`.',
    },
    {
      names: ['NO_COLOR'],
      readBy: 'every command',
      what: 'Any value: no colours.',
    },
  ],
  'Weights and containers': [
    {
      names: ['HF_TOKEN', 'HF_HOME', 'HF_ENDPOINT'],
      readBy: hub,
      what: 'Token of Hugging Face for gated repositories; folder of its cache; a mirror in place of huggingface.co.',
    },
    {
      names: ['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE'],
      readBy: hub,
      what: '`1`: nothing is asked of Hugging Face; weights come from the cache.',
    },
    {
      names: ['DOCKER_HOST', 'DOCKER_CONFIG', 'REGISTRY_AUTH_FILE', 'XDG_RUNTIME_DIR'],
      readBy: serving,
      what: 'The container engine and its logins, as the engine itself uses them.',
    },
    {
      names: ['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'PIP_TRUSTED_HOST', 'PIP_CERT'],
      readBy: '`serve` and `box` of a training',
      what: 'A mirror of PyPI, handed to the container of a training.',
    },
  ],
}
