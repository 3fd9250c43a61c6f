import { parseArgs } from 'node:util'
import { JoulemarkError } from '../errors.ts'
import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../physics/gpu-memory-utilization.ts'
import {
  type FaultName,
  faultNames,
  type LieName,
  lieNames,
  readNames,
  type SensorFaultName,
  sensorFaultNames,
} from './faults/names.ts'
import { type ImitatedEngine, imitatedEngines } from './imitated/names.ts'
import { type SettingRights, settingRights } from './smi/setting.ts'

/** Options of a simulator, named after vLLM's flags where vLLM has one. */
export interface SimulatorOptions {
  readonly card: string
  /** A text or image model of the catalogue, a text model that is described, `training` (a card loaded by a training command), or `none`. */
  readonly model: string
  /** The description of a model that is not in the catalogue, in JSON; null for one that is. */
  readonly modelDescription: string | null
  /** 0 = any free port. */
  readonly port: number
  readonly seed: number
  /** Cards in the server. The first `tensorParallel` of them serve the model, the others are idle. */
  readonly gpus: number
  readonly tensorParallel: number
  readonly maxNumSeqs: number
  /** null = vLLM's default for this size of card. */
  readonly maxNumBatchedTokens: number | null
  readonly maxModelLen: number
  readonly kvCacheDtype: string
  readonly gpuMemoryUtilization: number
  /** null = what the memory of the card allows. */
  readonly numGpuBlocksOverride: number | null
  readonly enablePrefixCaching: boolean
  /** Whether the usage of an answer has its cached prompt tokens, as vLLM's flag of this name. */
  readonly enablePromptTokensDetails: boolean
  readonly apiKey: string | null
  /** null = the first name of the model's checkpoint. */
  readonly servedModelName: string | null
  /** Share of the memory bandwidth that is available: 0.95 is a driver that costs 5 % of it. */
  readonly bandwidthShare: number
  /** Share of the SM clock that the card reaches under load: nvidia-smi shows it, and arithmetic is slower by it. */
  readonly clockShare: number
  readonly faults: readonly FaultName[]
  readonly lies: readonly LieName[]
  readonly sensorFaults: readonly SensorFaultName[]
  /** Busy time of the card after which sensor faults begin, in ms. */
  readonly sensorFaultAfterMs: number
  /** Share of streams with a fault. */
  readonly faultShare: number
  /** Whether a speculating server exports its draft counters. */
  readonly draftCounters: boolean
  /** The engine whose surface is shown; null = vLLM. */
  readonly engine: ImitatedEngine | null
  /** Whether nvidia-smi may set limits and clocks. */
  readonly cardSettings: SettingRights
  /** The name that nvidia-smi prints, before the stamp; null = that of the card. */
  readonly smiName: string | null
  /** Names of LoRA adapters that the server lists beside its model. */
  readonly loraModules: readonly string[]
  /** Tokens at the start of every chat answer that are reasoning; 0: the model does not reason. */
  readonly reasoningTokens: number
  readonly exitWithStdin: boolean
}

/** Defaults: those of vLLM, except that context and KV format are those of the scenarios. */
export const simulatorDefaults = {
  modelDescription: null,
  port: 0,
  seed: 1,
  gpus: 1,
  tensorParallel: 1,
  maxNumSeqs: 256,
  maxNumBatchedTokens: null,
  maxModelLen: 16_384,
  kvCacheDtype: 'fp8_e4m3',
  gpuMemoryUtilization: DEFAULT_GPU_MEMORY_UTILIZATION,
  numGpuBlocksOverride: null,
  enablePrefixCaching: true,
  enablePromptTokensDetails: false,
  apiKey: null,
  servedModelName: null,
  bandwidthShare: 1,
  clockShare: 1,
  faults: [],
  lies: [],
  sensorFaults: [],
  sensorFaultAfterMs: 300,
  faultShare: 0.25,
  draftCounters: false,
  engine: null,
  cardSettings: 'allowed',
  smiName: null,
  loraModules: [],
  reasoningTokens: 0,
  exitWithStdin: false,
} as const satisfies Omit<SimulatorOptions, 'card' | 'model'>

const flags = {
  card: { type: 'string' },
  model: { type: 'string' },
  'model-description': { type: 'string' },
  port: { type: 'string' },
  seed: { type: 'string' },
  gpus: { type: 'string' },
  'tensor-parallel': { type: 'string' },
  'max-num-seqs': { type: 'string' },
  'max-num-batched-tokens': { type: 'string' },
  'max-model-len': { type: 'string' },
  'kv-cache-dtype': { type: 'string' },
  'gpu-memory-utilization': { type: 'string' },
  'num-gpu-blocks-override': { type: 'string' },
  'enable-prefix-caching': { type: 'boolean' },
  'enable-prompt-tokens-details': { type: 'boolean' },
  'api-key': { type: 'string' },
  'served-model-name': { type: 'string' },
  'bandwidth-share': { type: 'string' },
  'clock-share': { type: 'string' },
  fault: { type: 'string' },
  lie: { type: 'string' },
  'sensor-fault': { type: 'string' },
  'sensor-fault-after-ms': { type: 'string' },
  'fault-share': { type: 'string' },
  'draft-counters': { type: 'boolean' },
  engine: { type: 'string' },
  'card-settings': { type: 'string' },
  'smi-name': { type: 'string' },
  'lora-module': { type: 'string' },
  'reasoning-tokens': { type: 'string' },
  'exit-with-stdin': { type: 'boolean' },
} as const

/** Parses the command line of the simulator's process. Throws `bad-input` with one line. */
export function parseOptions(args: readonly string[]): SimulatorOptions {
  const values = readFlags(args)
  const required = (name: 'card' | 'model'): string => {
    const value = values[name]
    if (value === undefined) throw new JoulemarkError('bad-input', `simulator: --${name} is missing`)
    return value
  }
  const number = <Default>(name: NumberFlag, minimum: number, otherwise: Default): number | Default => {
    const text = values[name]
    if (text === undefined) return otherwise
    const value = Number(text)
    const whole = shares.has(name) ? value <= 1 : Number.isInteger(value)
    if (whole && value >= minimum) return value
    throw new JoulemarkError('bad-input', `simulator: --${name} ${text}: expected a number of at least ${minimum}`)
  }
  const names = <Name extends string>(flag: 'fault' | 'lie' | 'sensor-fault', known: readonly Name[]): Name[] =>
    values[flag] === undefined ? [] : readNames(flag, values[flag], known)
  return {
    card: required('card'),
    model: required('model'),
    modelDescription: values['model-description'] ?? simulatorDefaults.modelDescription,
    port: number('port', 0, simulatorDefaults.port),
    seed: number('seed', 0, simulatorDefaults.seed),
    gpus: number('gpus', 1, simulatorDefaults.gpus),
    tensorParallel: number('tensor-parallel', 1, simulatorDefaults.tensorParallel),
    maxNumSeqs: number('max-num-seqs', 1, simulatorDefaults.maxNumSeqs),
    maxNumBatchedTokens: number('max-num-batched-tokens', 1, simulatorDefaults.maxNumBatchedTokens),
    maxModelLen: number('max-model-len', 2, simulatorDefaults.maxModelLen),
    kvCacheDtype: values['kv-cache-dtype'] ?? simulatorDefaults.kvCacheDtype,
    gpuMemoryUtilization: number('gpu-memory-utilization', 0.01, simulatorDefaults.gpuMemoryUtilization),
    numGpuBlocksOverride: number('num-gpu-blocks-override', 1, simulatorDefaults.numGpuBlocksOverride),
    enablePrefixCaching: values['enable-prefix-caching'] ?? simulatorDefaults.enablePrefixCaching,
    enablePromptTokensDetails: values['enable-prompt-tokens-details'] ?? simulatorDefaults.enablePromptTokensDetails,
    apiKey: values['api-key'] ?? simulatorDefaults.apiKey,
    servedModelName: values['served-model-name'] ?? simulatorDefaults.servedModelName,
    bandwidthShare: number('bandwidth-share', 0.01, simulatorDefaults.bandwidthShare),
    clockShare: number('clock-share', 0.01, simulatorDefaults.clockShare),
    faults: names('fault', faultNames),
    lies: names('lie', lieNames),
    sensorFaults: names('sensor-fault', sensorFaultNames),
    sensorFaultAfterMs: number('sensor-fault-after-ms', 0, simulatorDefaults.sensorFaultAfterMs),
    faultShare: number('fault-share', 0, simulatorDefaults.faultShare),
    draftCounters: values['draft-counters'] ?? simulatorDefaults.draftCounters,
    engine: values.engine === undefined ? simulatorDefaults.engine : engineNamed(values.engine),
    cardSettings: rightsNamed(values['card-settings'] ?? simulatorDefaults.cardSettings),
    smiName: values['smi-name'] ?? simulatorDefaults.smiName,
    loraModules: values['lora-module']?.split(',') ?? simulatorDefaults.loraModules,
    reasoningTokens: number('reasoning-tokens', 0, simulatorDefaults.reasoningTokens),
    exitWithStdin: values['exit-with-stdin'] ?? simulatorDefaults.exitWithStdin,
  }
}

function rightsNamed(name: string): SettingRights {
  const known = settingRights.find((each) => each === name)
  if (known !== undefined) return known
  throw new JoulemarkError('bad-input', `simulator: --card-settings ${name}: expected ${settingRights.join(', ')}`)
}

/** The engine of this name; null for vLLM. Throws `bad-input` for an unknown one. */
export function engineNamed(name: string): ImitatedEngine | null {
  const known = imitatedEngines.find((each) => each === name)
  if (known !== undefined || name === 'vllm') return known ?? null
  throw new JoulemarkError('bad-input', `--engine ${name}: expected vllm, ${imitatedEngines.join(', ')}`)
}

type NumberFlag =
  | 'port'
  | 'seed'
  | 'gpus'
  | 'tensor-parallel'
  | 'max-num-seqs'
  | 'max-num-batched-tokens'
  | 'max-model-len'
  | 'gpu-memory-utilization'
  | 'num-gpu-blocks-override'
  | 'bandwidth-share'
  | 'sensor-fault-after-ms'
  | 'clock-share'
  | 'fault-share'
  | 'reasoning-tokens'

/** Flags whose value is a share between 0 and 1. */
const shares: ReadonlySet<NumberFlag> = new Set([
  'gpu-memory-utilization',
  'bandwidth-share',
  'clock-share',
  'fault-share',
])

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, strict: true, allowNegative: true }).values
  } catch (error) {
    throw new JoulemarkError('bad-input', `simulator: ${(error as Error).message}`, { cause: error })
  }
}

/** The command line that `parseOptions` parses into the same options. */
export function toArguments(options: Partial<SimulatorOptions> & Pick<SimulatorOptions, 'card' | 'model'>): string[] {
  const args: string[] = []
  for (const [key, value] of Object.entries(options)) {
    if (value === null || value === undefined) continue
    const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    if (value === true) args.push(flag)
    else if (Array.isArray(value)) {
      // the flag of a list has the singular name
      if (value.length > 0) args.push(`${flag.slice(0, -1)}=${value.join(',')}`)
    } else if (value === false) args.push(flag.replace('--', '--no-'))
    else args.push(`${flag}=${String(value)}`)
  }
  return args
}
