import { z } from 'zod'
import { JoulemarkError } from '../../errors.ts'
import { type Config, readConfig } from '../config/config-fields.ts'
import { type ConfigShape, describeConfig } from '../config/describe-config.ts'
import { visionParams } from '../config/encoders/vision.ts'
import { routedExperts } from '../config/stated.ts'
import type { DescribedModel, Model, PartlyKnownModel, Source } from '../types.ts'
import type { Tensor } from './safetensors-header.ts'
import { partsOf, type TensorParts } from './tensor-parts.ts'

/** The files of a model that describe it, parsed from JSON but not checked. */
export interface CheckpointFiles {
  /** `config.json`, and the name under which errors give it. */
  readonly config: { readonly json: unknown; readonly file: string }
  /** `hf_quant_config.json` of ModelOpt; null where there is none. */
  readonly quantisation: unknown
  /** `model.safetensors.index.json`; null where there is none. */
  readonly index: { readonly json: unknown; readonly file: string } | null
  /** The tensors of all files of the weights; null where the files are not here. */
  readonly tensors: readonly Tensor[] | null
}

/** How a described model is called, and where its files are from. */
export interface Naming {
  readonly key: string
  readonly label: string
  readonly servedAs: readonly string[]
  readonly source: Source
}

const indexSchema = z.object({
  metadata: z.looseObject({ total_size: z.number().int().positive().nullish() }).nullish(),
})
const optimizerSchema = z.looseObject({ quantization: z.looseObject({}).nullish() })

/**
 * The model that its files describe, or what is known of one whose layers are not. Throws `bad-input` that names file,
 * field and what was expected.
 */
export function describeCheckpoint(files: CheckpointFiles, { source, ...names }: Naming): DescribedModel {
  const json = withQuantisation(files.config.json, files.quantisation)
  const described = describeConfig(json, files.config.file)
  const { text, outer } = readConfig(json, files.config.file)
  const parts = files.tensors === null ? null : partsOf(files.tensors, draftsFrom(text))
  const checkpointBytes = parts?.total.bytes ?? totalSize(files.index)
  const sources = [source]
  if (!('attention' in described)) {
    return partlyKnown({ ...names, sources }, described.config, {
      reason: described.reason,
      checkpointBytes,
      parts,
      outer,
    })
  }
  const size = checkpointBytes === null ? {} : { checkpointBytes }
  return { ...names, ...withEncoders(described, outer, parts), ...size, sources }
}

/** ModelOpt writes its settings into a file of their own, and newer versions into `config.json` too. */
function withQuantisation(config: unknown, optimizer: unknown): unknown {
  const found = optimizerSchema.safeParse(optimizer)
  const quantization = found.success ? found.data.quantization : null
  if (!quantization || typeof config !== 'object' || config === null || 'quantization_config' in config) return config
  return { ...config, quantization_config: { quant_method: 'modelopt', ...quantization } }
}

/** Layers beyond those of the model predict several tokens. */
const draftsFrom = (config: Config): number | null => config.num_hidden_layers ?? null

function totalSize(index: CheckpointFiles['index']): number | null {
  if (index === null) return null
  const found = indexSchema.safeParse(index.json)
  if (found.success) return found.data.metadata?.total_size ?? null
  const [issue] = found.error.issues
  throw new JoulemarkError(
    'bad-input',
    `${index.file}: ${issue?.path.join('.')}: ${issue?.message ?? 'is wrong'}; download it again`,
  )
}

/**
 * The parameters of the encoders of images and sound: by their tensors where these are here, else by the formula that the
 * description has counted. Where neither knows them, they are not counted, and that is said.
 */
function withEncoders(
  shape: ConfigShape,
  outer: Readonly<Record<string, unknown>>,
  parts: TensorParts | null,
): ConfigShape & Pick<Model, 'unknown'> {
  const counted = visionParams(outer, shape.hiddenSize)
  if (parts !== null) {
    const more = parts.encoders.params - (counted ?? 0)
    return { ...shape, totalParams: shape.totalParams + more, unreadParams: (shape.unreadParams ?? 0) + more }
  }
  const hears = typeof outer['audio_config'] === 'object' && outer['audio_config'] !== null
  if (counted !== null && !hears) return shape
  const reason = 'their architecture is not known, and the files of the weights are not here'
  return { ...shape, unknown: [{ what: 'parameters of the encoders of images or sound', reason }] }
}

interface Bounds {
  readonly reason: string
  readonly checkpointBytes: number | null
  readonly parts: TensorParts | null
  readonly outer: Readonly<Record<string, unknown>>
}

function partlyKnown(
  names: Pick<PartlyKnownModel, 'key' | 'label' | 'servedAs' | 'sources'>,
  config: Config,
  bounds: Bounds,
): PartlyKnownModel {
  const least = leastBytesRead(config, bounds)
  return {
    ...names,
    kind: 'partly-known',
    checkpointBytes: bounds.checkpointBytes,
    leastBytesRead: 'bytes' in least ? least.bytes : null,
    vocab: config.vocab_size ?? null,
    maxContext: config.max_position_embeddings ?? null,
    unknown: [
      { what: 'layers, KV cache and arithmetic', reason: bounds.reason },
      ...('reason' in least ? [{ what: 'bytes that a step reads', reason: least.reason }] : []),
    ],
  }
}

/**
 * The fewest bytes that a decode step of an unknown architecture reads: its tensors without the table of tokens, encoders
 * and drafts, and of routed experts the share that one token uses. Never more than the truth: what is doubtful is left out.
 */
function leastBytesRead(
  config: Config,
  { checkpointBytes, parts, outer }: Bounds,
): { bytes: number } | { reason: string } {
  if (parts !== null) {
    const { total, embedding, head, experts, encoders, drafts } = parts
    const table = head.bytes > 0 ? embedding.bytes : 0
    const used = experts.bytes * expertShare(config)
    return { bytes: Math.max(0, total.bytes - experts.bytes - encoders.bytes - drafts.bytes - table) + used }
  }
  if (checkpointBytes === null) return { reason: 'neither the files of the weights nor their index are here' }
  const stated = `${Object.keys(config).join(' ')} ${Object.keys(outer).join(' ')}`
  if (/expert|moe|vision_config|audio_config|nextn|mtp/i.test(stated)) {
    return { reason: 'it has parts that a step does not read, and only the sum of all tensors is known' }
  }
  const { vocab_size: vocab, hidden_size: hidden } = config
  if (!vocab || !hidden) return { reason: 'vocab_size and hidden_size, which give the table of tokens, are not stated' }
  return { bytes: Math.max(0, checkpointBytes - 4 * vocab * hidden) }
}

function expertShare(config: Config): number {
  const count = routedExperts(config)
  const perToken = config.num_experts_per_tok ?? config.top_k_experts ?? null
  return count === null || perToken === null ? 0 : Math.min(1, perToken / count)
}
