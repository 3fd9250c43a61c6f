import { z } from 'zod'
import { JoulemarkError } from '../../errors.ts'
import { suggestion } from '../nearest.ts'
import type { Model } from '../types.ts'
import { namesModule } from './module-names.ts'
import type { Matrix } from './parts/layer.ts'

/** How one matrix is stored, and its bytes with all scales. */
export interface Stored {
  readonly format: Model['weightFormat']
  readonly bytes: number
}

/** How the matrix products of a checkpoint are stored. */
export interface Storage {
  readonly of: (matrix: Matrix, module: string) => Stored
  /** The KV cache that the checkpoint asks for; null where it says nothing. */
  readonly kvCache: 'fp8' | null
}

const small = z.int().positive().max(1e6)
const names = z.array(z.string().max(500)).max(100_000)

/** The fields of `quantization_config` that decide sizes. Each method has its own. */
const schema = z.looseObject({
  quant_method: z.string().max(60).nullish(),
  quant_algo: z.string().max(60).nullish(),
  bits: z.number().positive().max(32).nullish(),
  w_bit: z.number().positive().max(32).nullish(),
  group_size: z.int().max(1e6).nullish(),
  q_group_size: z.int().max(1e6).nullish(),
  zero_point: z.boolean().nullish(),
  desc_act: z.boolean().nullish(),
  weight_block_size: z.array(small).max(2).nullish(),
  load_in_4bit: z.boolean().nullish(),
  load_in_8bit: z.boolean().nullish(),
  bnb_4bit_use_double_quant: z.boolean().nullish(),
  modules_to_not_convert: names.nullish(),
  ignored_layers: names.nullish(),
  ignore: names.nullish(),
  exclude_modules: names.nullish(),
  llm_int8_skip_modules: names.nullish(),
  format: z.string().max(60).nullish(),
  config_groups: z
    .record(
      z.string(),
      z.looseObject({
        targets: names.nullish(),
        weights: z
          .looseObject({
            num_bits: z.number().positive().max(32),
            type: z.string().max(20).nullish(),
            strategy: z.string().max(30).nullish(),
            group_size: z.int().max(1e6).nullish(),
            symmetric: z.boolean().nullish(),
          })
          .nullish(),
      }),
    )
    .nullish(),
  kv_cache_scheme: z.looseObject({ num_bits: z.number().nullish(), type: z.string().nullish() }).nullish(),
  quantized_layers: z.record(z.string(), z.looseObject({ quant_algo: z.string().max(60) })).nullish(),
  kv_cache_quant_algo: z.string().max(60).nullish(),
})
type Quantisation = z.infer<typeof schema>

/** Stored bytes of one matrix in a format. */
type Bytes = (matrix: Matrix) => number

const plain =
  (perParam: number): Bytes =>
  ({ outputs, inputs, copies }) =>
    outputs * inputs * copies * perParam

/** 8 bits and a scale of four bytes per output, as channel-wise formats store it. */
const perChannel: Bytes = ({ outputs, inputs, copies }) => copies * (outputs * inputs + outputs * 4)

/** Integers in groups along the inputs, each with a 16-bit scale and, where stated, a zero point and an order. */
const grouped =
  (bits: number, group: number, zeroPoint: boolean, order = false): Bytes =>
  ({ outputs, inputs, copies }) => {
    const groups = group > 0 ? Math.ceil(inputs / group) : 1
    const scales = outputs * groups * (2 + (zeroPoint ? bits / 8 : 0))
    return copies * ((outputs * inputs * bits) / 8 + scales + (order ? inputs * 4 : 0))
  }

const blocks =
  ([rows = 128, columns = 128]: readonly number[]): Bytes =>
  ({ outputs, inputs, copies }) =>
    copies * (outputs * inputs + 4 * Math.ceil(outputs / rows) * Math.ceil(inputs / columns))

const SIXTEEN_BITS = plain(2)

/** The format of the matrices that a rule applies to: the first rule that applies decides. */
interface Rule {
  readonly format: Model['weightFormat']
  readonly bytes: Bytes
  readonly appliesTo?: (matrix: Matrix, module: string) => boolean
}
type Method = (config: Quantisation) => Rule | readonly Rule[]

const integers = (bits: number): Model['weightFormat'] => (bits > 4 ? 'int8' : 'awq-int4')

const gptq: Method = ({ bits, group_size, desc_act }) => {
  const width = bits ?? 4
  return { format: integers(width), bytes: grouped(width, group_size ?? 128, true, desc_act !== null) }
}

const methods: Readonly<Record<string, Method>> = {
  fp8: ({ weight_block_size }) => ({ format: 'fp8', bytes: weight_block_size ? blocks(weight_block_size) : plain(1) }),
  fbgemm_fp8: () => ({ format: 'fp8', bytes: perChannel }),
  awq: ({ bits, w_bit, group_size, q_group_size, zero_point }) => {
    const width = bits ?? w_bit ?? 4
    const group = group_size ?? q_group_size ?? 128
    return { format: integers(width), bytes: grouped(width, group, zero_point !== false) }
  },
  gptq,
  'auto-round': gptq,
  bitsandbytes: ({ load_in_8bit, bnb_4bit_use_double_quant }) =>
    load_in_8bit === true
      ? { format: 'int8', bytes: perChannel }
      : { format: 'nf4', bytes: plain(bnb_4bit_use_double_quant === true ? NF4_DOUBLE : NF4) },
  mxfp4: () => ({ format: 'mxfp4', bytes: plain(MXFP4), appliesTo: ({ role }) => role === 'expert' }),
  modelopt: modelOptimizer,
  'compressed-tensors': compressedTensors,
}

/** ModelOpt: one format, or one for each module that it names. */
function modelOptimizer(config: Quantisation): readonly Rule[] {
  const layers = Object.entries(config.quantized_layers ?? {})
  if (layers.length > 0) {
    return layers.map(([name, { quant_algo }]) => ({
      ...algorithm(quant_algo),
      appliesTo: (_, module) => namesModule(name, module),
    }))
  }
  return config.config_groups ? compressedTensors(config) : [algorithm(config.quant_algo ?? '')]
}

function algorithm(name: string): Rule {
  const upper = name.toUpperCase()
  if (upper.includes('FP4')) return { format: 'nvfp4', bytes: plain(NVFP4) }
  if (upper.includes('FP8')) return { format: 'fp8', bytes: plain(1) }
  if (upper.includes('W4A16') || upper.includes('INT4')) return { format: 'awq-int4', bytes: grouped(4, 128, false) }
  if (upper.includes('INT8') || upper.includes('W8A8')) return { format: 'int8', bytes: perChannel }
  throw new UnknownFormat(`quant_algo: "${name}" is not known: expected FP8, NVFP4, W4A16_AWQ or INT8`)
}

/** An 8-bit scale per 16 values and per 32 (OCP Microscaling Formats), per 64 (bitsandbytes). */
const NVFP4 = 4.5 / 8
const MXFP4 = 4.25 / 8
const NF4 = (4 + 32 / 64) / 8
const NF4_DOUBLE = (4 + 8 / 64 + 32 / (64 * 256)) / 8

/** compressed-tensors: a format for each group of modules, or for all matrix products. */
function compressedTensors({ config_groups }: Quantisation): readonly Rule[] {
  const rules = Object.values(config_groups ?? {}).flatMap(({ weights, targets }) => {
    if (!weights) return []
    const named = (targets ?? []).filter((target) => /[.:*]/.test(target))
    const rule = weightsRule(weights)
    return named.length === 0
      ? [rule]
      : [{ ...rule, appliesTo: (_: Matrix, module: string) => named.some((target) => namesModule(target, module)) }]
  })
  if (rules.length === 0) throw new UnknownFormat('config_groups: no group states its weights')
  return rules
}

type GroupWeights = NonNullable<NonNullable<Quantisation['config_groups']>[string]['weights']>

function weightsRule({ num_bits: bits, type, strategy, group_size, symmetric }: GroupWeights): Rule {
  if (type === 'float' && bits === 8) {
    return { format: 'fp8', bytes: strategy === 'tensor' ? plain(1) : strategy === 'block' ? blocks([]) : perChannel }
  }
  if (type === 'float') {
    return group_size === 32 ? { format: 'mxfp4', bytes: plain(MXFP4) } : { format: 'nvfp4', bytes: plain(NVFP4) }
  }
  if (bits === 8) return { format: 'int8', bytes: strategy === 'tensor' ? plain(1) : perChannel }
  return { format: integers(bits), bytes: grouped(bits, group_size ?? -1, symmetric === false) }
}

class UnknownFormat extends Error {}

const in16Bits = (matrix: Matrix): Stored => ({ format: 'bf16', bytes: SIXTEEN_BITS(matrix) })
const stored16: Storage = { of: in16Bits, kvCache: null }

/**
 * How a checkpoint stores its matrix products, from the `quantization_config` of `config.json` (or `hf_quant_config.json`
 * of ModelOpt). Without one: 16 bits. Throws `bad-input` that names `file` for a method that is not known.
 */
export function storageOf(quantization: unknown, file: string): Storage {
  if (quantization === null || quantization === undefined) return stored16
  const result = schema.safeParse(quantization)
  if (!result.success) {
    const [issue] = result.error.issues
    const field = ['quantization_config', ...(issue?.path ?? [])].join('.')
    throw new JoulemarkError('bad-input', `${file}: ${field}: ${issue?.message ?? 'is wrong'}; ${ADVICE}`)
  }
  const config = result.data
  const name = config.quant_method ?? (config.quant_algo ? 'modelopt' : '')
  const method = methods[name.startsWith('modelopt') ? 'modelopt' : name]
  if (method === undefined) {
    const known = suggestion(name, Object.keys(methods))
    throw new JoulemarkError('bad-input', `${file}: quantization_config.quant_method: "${name}" is not known; ${known}`)
  }
  try {
    const rules = [method(config)].flat()
    const exceptions = exceptionsOf(config)
    const of = (matrix: Matrix, module: string): Stored => {
      if (matrix.role === 'router' || exceptions.some((entry) => namesModule(entry, module))) return in16Bits(matrix)
      const rule = rules.find(({ appliesTo }) => appliesTo?.(matrix, module) ?? true)
      return rule === undefined ? in16Bits(matrix) : { format: rule.format, bytes: rule.bytes(matrix) }
    }
    return { of, kvCache: kvCacheOf(config) }
  } catch (error) {
    if (!(error instanceof UnknownFormat)) throw error
    throw new JoulemarkError('bad-input', `${file}: quantization_config.${error.message}; ${ADVICE}`)
  }
}

const ADVICE = 'download config.json of the model again'

const exceptionsOf = (config: Quantisation): readonly string[] => [
  ...(config.modules_to_not_convert ?? []),
  ...(config.ignored_layers ?? []),
  ...(config.ignore ?? []),
  ...(config.exclude_modules ?? []),
  ...(config.llm_int8_skip_modules ?? []),
]

function kvCacheOf({ kv_cache_scheme, kv_cache_quant_algo }: Quantisation): 'fp8' | null {
  const isFp8 = kv_cache_scheme?.num_bits === 8 && kv_cache_scheme.type === 'float'
  return isFp8 || kv_cache_quant_algo?.toUpperCase() === 'FP8' ? 'fp8' : null
}
