import type { Model } from '../../harness/catalogue/types.ts'
import { formatBytes } from '../../harness/catalogue/weight-formats.ts'

/** How a claimed format stores a model: bytes of one parameter of the matrix products, and of the output head. */
interface StoredFormat {
  readonly bytes: number
  readonly headBytes: number
  /** The nearest format of the catalogue. */
  readonly like: Model['weightFormat']
}

const bits = (count: number): number => count / 8
/** GGUF also quantises embedding and output head. Bits of the smallest variant, which is the kindest reading. */
const gguf = (count: number, like: Model['weightFormat']): StoredFormat => ({
  bytes: bits(count),
  headBytes: bits(count),
  like,
})

/** The formats that a claim may name, with the bytes that llama.cpp, vLLM and the OCP formats give them. */
export const formats = {
  bf16: { bytes: formatBytes.bf16, headBytes: 2, like: 'bf16' },
  fp16: { bytes: formatBytes.bf16, headBytes: 2, like: 'bf16' },
  fp8: { bytes: formatBytes.fp8, headBytes: 2, like: 'fp8' },
  int8: { bytes: 1, headBytes: 2, like: 'fp8' },
  'awq-int4': { bytes: formatBytes['awq-int4'], headBytes: 2, like: 'awq-int4' },
  'gptq-int4': { bytes: formatBytes['awq-int4'], headBytes: 2, like: 'awq-int4' },
  // 4 bits of an unknown kind: no scales, and the head too
  int4: { bytes: bits(4), headBytes: bits(4), like: 'awq-int4' },
  // an 8-bit scale per 16 values, and per 32
  nvfp4: { bytes: bits(4.5), headBytes: 2, like: 'awq-int4' },
  mxfp4: { bytes: bits(4.25), headBytes: 2, like: 'awq-int4' },
  'gguf-q8': gguf(8.5, 'fp8'),
  'gguf-q6': gguf(6.5625, 'fp8'),
  'gguf-q5': gguf(5.5, 'awq-int4'),
  'gguf-q4': gguf(4.25, 'awq-int4'),
  'gguf-q3': gguf(3.0625, 'awq-int4'),
  'gguf-q2': gguf(2.0625, 'awq-int4'),
} as const satisfies Readonly<Record<string, StoredFormat>>

export type FormatName = keyof typeof formats
export const formatNames = Object.keys(formats) as [FormatName, ...FormatName[]]

/** What a format may be that a source does not state: from the fewest bytes that GPU servers load to 16 bits. */
export const unstatedFormats = ['gguf-q2', 'bf16'] as const satisfies readonly FormatName[]

/** A model as a format stores it. */
export function stored(model: Model, name: FormatName): Model {
  const { bytes, headBytes, like } = formats[name]
  return { ...model, weightFormat: like, linearBytesPerParam: bytes, headBytesPerParam: headBytes }
}

/** Whether weights are small enough to be multiplied in 4 bits. */
export const mayComputeInFourBits = (name: FormatName): boolean => formats[name].bytes <= bits(4.5)
