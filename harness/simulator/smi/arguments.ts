import type { CardChange } from '../card/simulated-card.ts'

/** A parsed command line of nvidia-smi. */
export interface SmiArguments {
  readonly listGpus: boolean
  readonly version: boolean
  readonly helpQueryGpu: boolean
  readonly query: boolean
  readonly xml: boolean
  readonly queryGpu: string | null
  readonly queryComputeApps: string | null
  readonly format: string | null
  /** null = all cards. */
  readonly ids: readonly string[] | null
  /** null = once. */
  readonly loopMs: number | null
  /** A limit or clock to set; null = none. */
  readonly change: CardChange | null
}

/** Parses the arguments; the error text when nvidia-smi would refuse them. */
export function parseSmiArguments(argv: readonly string[]): SmiArguments | { readonly error: string } {
  const values = new Map<string, string>()
  const flags = new Set<string>()
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] as string
    const equals = argument.startsWith('--') ? argument.indexOf('=') : -1
    const name = equals < 0 ? argument : argument.slice(0, equals)
    const option = valueOptions[name]
    if (option !== undefined) {
      const value = equals < 0 ? argv[++index] : argument.slice(equals + 1)
      if (value === undefined || value === '') return { error: `Option ${name} requires an argument.` }
      values.set(option, value)
    } else if (Object.hasOwn(flagOptions, name)) {
      flags.add(flagOptions[name] as string)
    } else {
      return { error: INVALID }
    }
  }
  const loopMs = loopOf(values)
  if (Number.isNaN(loopMs)) return { error: 'Invalid loop interval.' }
  const change = changeOf(values, flags)
  if (change === 'invalid') return { error: INVALID }
  return {
    listGpus: flags.has('list'),
    version: flags.has('version'),
    helpQueryGpu: flags.has('help-query-gpu'),
    query: flags.has('query'),
    xml: flags.has('xml'),
    queryGpu: values.get('query-gpu') ?? null,
    queryComputeApps: values.get('query-compute-apps') ?? null,
    format: values.get('format') ?? null,
    ids: values.get('id')?.split(',') ?? null,
    loopMs,
    change,
  }
}

const INVALID = "Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.\n"

const valueOptions: Readonly<Record<string, string>> = {
  '--query-gpu': 'query-gpu',
  '--query-compute-apps': 'query-compute-apps',
  '--format': 'format',
  '-i': 'id',
  '--id': 'id',
  '-l': 'loop',
  '--loop': 'loop',
  '-lms': 'loop-ms',
  '--loop-ms': 'loop-ms',
  '-pl': 'limit',
  '--power-limit': 'limit',
  '-lgc': 'lock',
  '--lock-gpu-clocks': 'lock',
}

const flagOptions: Readonly<Record<string, string>> = {
  '-L': 'list',
  '--list-gpus': 'list',
  '--version': 'version',
  '--help-query-gpu': 'help-query-gpu',
  '-q': 'query',
  '--query': 'query',
  '-x': 'xml',
  '--xml-format': 'xml',
  '-rgc': 'unlock',
  '--reset-gpu-clocks': 'unlock',
}

function loopOf(values: ReadonlyMap<string, string>): number | null {
  const milliseconds = values.get('loop-ms')
  const seconds = values.get('loop')
  if (milliseconds === undefined && seconds === undefined) return null
  const loopMs = milliseconds === undefined ? Number(seconds) * 1000 : Number(milliseconds)
  return loopMs > 0 ? loopMs : Number.NaN
}

/** `-pl 300`, `-lgc 1500` or `-lgc 1200,1500`, `-rgc`: one of them in a call. */
function changeOf(values: ReadonlyMap<string, string>, flags: ReadonlySet<string>): CardChange | null | 'invalid' {
  const [limit, lock] = [values.get('limit'), values.get('lock')]
  const asked = [limit !== undefined, lock !== undefined, flags.has('unlock')].filter(Boolean).length
  if (asked === 0) return null
  if (asked > 1) return 'invalid'
  if (limit !== undefined) {
    const watts = Number(limit)
    return watts > 0 ? { kind: 'limit', watts } : 'invalid'
  }
  if (lock === undefined) return { kind: 'unlock' }
  const clocks = lock.split(',').map(Number)
  const [minMHz = Number.NaN, maxMHz = minMHz] = clocks
  const isRange = clocks.length <= 2 && Number.isInteger(minMHz) && Number.isInteger(maxMHz) && maxMHz >= minMHz
  return isRange && minMHz >= 0 && maxMHz > 0 ? { kind: 'lock', minMHz, maxMHz } : 'invalid'
}
