import { z } from 'zod'
import { sourceKinds } from './sourced.ts'

/** The description of a language model: what limits, predictions and memory are computed from. */

const count = z.int().positive()
const amount = z.number().nonnegative()

const sourceSchema = z.strictObject({
  source: z.string().min(1),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a date such as 2026-11-26'),
  kind: z.enum(sourceKinds),
})

/** Layers that compute attention with heads of keys and values. */
const headed = {
  layers: count.describe('layers of this kind'),
  heads: count.describe('query heads'),
  kvHeads: count.describe('key and value heads'),
  headDim: count.describe('elements of a head'),
  kvLayers: z
    .int()
    .nonnegative()
    .optional()
    .describe('layers that keep keys and values of their own, where others use those of an earlier layer'),
}

/** Layers whose attention keeps the same kind of state per sequence. */
export const attentionGroupSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('full'), ...headed }).readonly(),
  z
    .strictObject({
      kind: z.literal('sliding'),
      ...headed,
      window: count.describe('tokens that a token can see, itself included'),
    })
    .readonly(),
  z
    .strictObject({ kind: z.literal('chunked'), ...headed, chunk: count.describe('tokens of a chunk of the context') })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('mla'),
      layers: count,
      heads: count,
      headDim: count.describe('elements of a value head: keys are longer, so the work is a lower bound'),
      latentDim: count.describe('elements that are kept per token: kv_lora_rank and the rotary part'),
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('linear'),
      layers: count,
      stateBytes: amount.describe('state of one sequence in one layer, whatever its length'),
      flopsPerToken: amount.describe('work on the state per token and layer, besides the matrix products'),
    })
    .readonly(),
])

/** How the parameters of the matrix products are stored. 4-bit integers of AWQ, GPTQ and others are `awq-int4`. */
export const weightFormats = ['bf16', 'fp8', 'int8', 'awq-int4', 'nvfp4', 'mxfp4', 'nf4', 'gguf'] as const

/** Something that the files of a model do not say, and why. */
const unknownSchema = z.strictObject({ what: z.string(), reason: z.string() }).readonly()
const unknown = z.array(unknownSchema).readonly()
const names = {
  key: z.string().min(1).describe('name of the model in a scenario'),
  label: z.string().min(1).describe('name in tables'),
  servedAs: z.array(z.string()).readonly().describe('names of the checkpoint at an endpoint; the first is served'),
} as const

export const modelSchema = z
  .strictObject({
    ...names,
    kind: z.literal('text'),
    servedAsWithQuantization: z
      .array(z.strictObject({ name: z.string(), quantization: z.string() }).readonly())
      .readonly()
      .optional()
      .describe('names that are valid only with this --quantization on the server'),
    layers: count.describe('all layers; in tensor parallel each sends its results to the other GPUs'),
    hiddenSize: count,
    attention: z.array(attentionGroupSchema).readonly().describe('layers by kind of attention'),
    vocab: count,
    tiedEmbeddings: z.boolean().describe('whether one matrix is both input embedding and output head'),
    totalParams: count.describe('all parameters that a server loads'),
    linearParams: count.describe('parameters of the matrix products, without embedding and output head'),
    activeLinearParams: count.describe('of these, the ones that compute a token: fewer in a mixture of experts'),
    unreadParams: z
      .int()
      .nonnegative()
      .optional()
      .describe(
        'parameters besides the input embedding that no decode step of text reads: encoders of images, per-layer tables',
      ),
    experts: z
      .strictObject({
        count: count.describe('routed experts of a layer'),
        perToken: count.describe('routed experts that a token uses'),
        shared: z.int().nonnegative().optional().describe('experts that every token uses'),
        layers: count.optional().describe('layers that have experts; the others are dense'),
        intermediateSize: count.optional(),
        bytesPerParam: amount.optional().describe('stored bytes per parameter, where it differs from the rest'),
      })
      .readonly()
      .nullable(),
    weightFormat: z.enum(weightFormats),
    linearBytesPerParam: amount.describe('stored bytes per linear parameter, scales included'),
    headBytesPerParam: amount
      .optional()
      .describe('stored bytes per parameter of embedding, output head, norms and encoders; 2 unless given'),
    kvCacheFormat: z.literal('fp8').optional().describe('format of the KV cache that the checkpoint asks for'),
    checkpointBytes: z.int().positive().optional().describe('size of the published tensors, where known'),
    maxContext: count.describe('longest context in tokens'),
    unknown: unknown.optional().describe('what is not counted, and why; absent if all is'),
    sources: z.array(sourceSchema.readonly()).readonly(),
  })
  .readonly()

/** A model whose layers are not known: its tensors bound the bytes that a step reads, and the rest is null. */
export const partlyKnownModelSchema = z
  .strictObject({
    ...names,
    kind: z.literal('partly-known'),
    checkpointBytes: z.int().positive().nullable().describe('size of the published tensors'),
    leastBytesRead: amount.nullable().describe('bytes that a decode step reads at least'),
    vocab: count.nullable(),
    maxContext: count.nullable(),
    unknown: unknown.describe('what is not known, and why'),
    sources: z.array(sourceSchema.readonly()).readonly(),
  })
  .readonly()

/** A model as its files describe it. */
export const describedModelSchema = z.discriminatedUnion('kind', [modelSchema, partlyKnownModelSchema])
