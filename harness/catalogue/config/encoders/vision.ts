import { z } from 'zod'

/** Parameters of the encoder of images that a server loads beside the model of the text. */

const size = z.int().positive().max(1e6)

/** The fields of `vision_config` that decide sizes. Each encoder has its own. */
const schema = z.looseObject({
  model_type: z.string().max(100).nullish(),
  depth: size.nullish(),
  num_hidden_layers: size.max(10_000).nullish(),
  hidden_size: size.nullish(),
  intermediate_size: size.nullish(),
  head_dim: size.nullish(),
  patch_size: size.nullish(),
  image_size: size.nullish(),
  in_channels: size.nullish(),
  num_channels: size.nullish(),
  temporal_patch_size: size.nullish(),
  num_position_embeddings: size.nullish(),
  position_embedding_size: size.nullish(),
  spatial_merge_size: size.nullish(),
  out_hidden_size: size.nullish(),
  deepstack_visual_indexes: z.array(z.int()).max(1000).nullish(),
  standardize: z.boolean().nullish(),
  pixel_shuffle_ratio: z.number().positive().max(1).nullish(),
  vision_output_dim: size.nullish(),
})
type Vision = z.infer<typeof schema>
type Outer = Readonly<Record<string, unknown>>

/** A field that the size depends on is missing: the size is then unknown. */
class Missing extends Error {}
function need(value: number | null | undefined): number {
  if (value === null || value === undefined) throw new Missing()
  return value
}

/** A linear layer with a bias. */
const biased = (outputs: number, inputs: number): number => outputs * inputs + outputs

/** Queries, keys, values, output and a plain feed-forward block, with biases, and two norms with biases. */
const biasedLayer = (hidden: number, width: number): number =>
  4 * biased(hidden, hidden) + biased(width, hidden) + biased(hidden, width) + 4 * hidden

/** SigLIP (Gemma 3), and one projection to the width of the text. */
function siglip(vision: Vision, textWidth: number): number {
  const hidden = need(vision.hidden_size)
  const patch = need(vision.patch_size)
  const positions = Math.floor(need(vision.image_size) / patch) ** 2
  const layers = need(vision.num_hidden_layers) * biasedLayer(hidden, need(vision.intermediate_size))
  const embedding = (vision.num_channels ?? 3) * patch ** 2 * hidden + hidden + positions * hidden
  return embedding + layers + 2 * hidden + hidden * textWidth + hidden
}

/** The encoder of Qwen3-VL and Qwen3.5: patches over two frames, and a merger of 2 x 2. */
function qwen(vision: Vision): number {
  const hidden = need(vision.hidden_size)
  const merged = hidden * (vision.spatial_merge_size ?? 2) ** 2
  const patch = (vision.in_channels ?? 3) * (vision.temporal_patch_size ?? 2) * need(vision.patch_size) ** 2
  const embedding = biased(hidden, patch) + need(vision.num_position_embeddings) * hidden
  const layers = need(vision.depth) * biasedLayer(hidden, need(vision.intermediate_size))
  const merger = biased(merged, merged) + biased(need(vision.out_hidden_size), merged)
  // each further merger has its norm over the merged width
  const deep = (vision.deepstack_visual_indexes?.length ?? 0) * (merger + 2 * merged)
  return embedding + layers + merger + 2 * hidden + deep
}

/** Pixtral (Mistral Small from 3.1 on): no biases, SwiGLU, and a merger of patches before two projections. */
function pixtral(vision: Vision, textWidth: number, outer: Outer): number {
  const hidden = need(vision.hidden_size)
  const layer = 4 * hidden ** 2 + 3 * hidden * need(vision.intermediate_size) + 2 * hidden
  const embedding = (vision.num_channels ?? 3) * need(vision.patch_size) ** 2 * hidden + hidden
  const stated = outer['spatial_merge_size']
  const merge = typeof stated === 'number' && stated > 0 && stated < 100 ? stated : 2
  const merger = hidden + merge ** 2 * hidden ** 2
  const bias = outer['multimodal_projector_bias'] === true ? 2 * textWidth : 0
  return embedding + need(vision.num_hidden_layers) * layer + merger + hidden * textWidth + textWidth ** 2 + bias
}

/** Gemma 4: SwiGLU, norms of queries and keys, and tables of positions for rows and columns. */
function gemma4(vision: Vision, textWidth: number): number {
  const hidden = need(vision.hidden_size)
  const layer = 4 * hidden ** 2 + 3 * hidden * need(vision.intermediate_size) + 4 * hidden + 2 * need(vision.head_dim)
  const embedding = 3 * need(vision.patch_size) ** 2 * hidden + 2 * need(vision.position_embedding_size) * hidden
  const standard = vision.standardize === true ? 2 * hidden : 0
  return embedding + need(vision.num_hidden_layers) * layer + hidden * textWidth + standard
}

/** Llama 4: a class token, and an adapter after patches are folded into channels. */
function llama4(vision: Vision, textWidth: number): number {
  const hidden = need(vision.hidden_size)
  const patch = need(vision.patch_size)
  const positions = Math.floor(need(vision.image_size) / patch) ** 2 + 1
  const layers = need(vision.num_hidden_layers) * biasedLayer(hidden, need(vision.intermediate_size))
  const folded = Math.round(hidden / (vision.pixel_shuffle_ratio ?? 0.5) ** 2)
  const output = need(vision.vision_output_dim)
  const adapter = folded * output + output ** 2 + output * textWidth
  return 3 * patch ** 2 * hidden + hidden + positions * hidden + 4 * hidden + layers + adapter
}

const encoders: Readonly<Record<string, (vision: Vision, textWidth: number, outer: Outer) => number>> = {
  siglip_vision_model: siglip,
  qwen3_5: qwen,
  qwen3_5_moe: qwen,
  qwen3_vl: qwen,
  qwen3_vl_moe: qwen,
  pixtral,
  gemma4_vision: gemma4,
  llama4_vision_model: llama4,
}

/**
 * Parameters of the encoder of images that a `config.json` describes, with what joins it to the text: 0 without one, null
 * where its architecture is not known or the file does not state its size. A test holds the known ones to the published
 * parameters of a model, to the digit.
 */
export function visionParams(outer: Outer, textWidth: number): number | null {
  const stated = outer['vision_config']
  if (stated === undefined || stated === null) return 0
  const result = schema.safeParse(stated)
  const name = result.data?.model_type ?? ''
  const params = Object.hasOwn(encoders, name) ? encoders[name] : undefined
  if (!result.success || params === undefined) return null
  try {
    return params(result.data, textWidth, outer)
  } catch (error) {
    if (error instanceof Missing) return null
    throw error
  }
}
