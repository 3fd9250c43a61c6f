import { z } from 'zod'
import { JoulemarkError } from '../../errors.ts'

/** The fields of a published `config.json` that describe a model. Others are ignored; what is there is checked. */

/** No dimension of a model comes near; more is a broken file, and would overflow what is computed from it. */
const MAX = 1e9
const MAX_LAYERS = 10_000

const size = z.int().positive().max(MAX)
const sizeOrNone = z.int().nonnegative().max(MAX)
const flag = z.boolean()
const layerNames = z.array(z.string().max(60)).max(MAX_LAYERS)
const layerIndices = z.array(z.int().nonnegative()).max(MAX_LAYERS)

/** One block of a network that an architecture search made (Nemotron): each has its own heads and width, or nothing. */
const searchedBlock = z.looseObject({
  attention: z.looseObject({
    no_op: flag.nullish(),
    replace_with_linear: flag.nullish(),
    n_heads_in_group: size.nullish(),
    num_key_value_heads: size.nullish(),
    window_length: size.nullish(),
  }),
  ffn: z.looseObject({
    no_op: flag.nullish(),
    replace_with_linear: flag.nullish(),
    ffn_mult: z.number().positive().max(1000).nullish(),
    intermediate_size: size.nullish(),
  }),
})

const fields = {
  model_type: z.string().max(100).nullish(),
  architectures: z.array(z.string().max(200)).max(100).nullish(),
  dtype: z.string().max(50).nullish(),
  torch_dtype: z.string().max(50).nullish(),
  num_hidden_layers: size.max(MAX_LAYERS).nullish(),
  hidden_size: size.nullish(),
  intermediate_size: size.nullish(),
  num_attention_heads: size.nullish(),
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  vocab_size: size.nullish(),
  tie_word_embeddings: flag.nullish(),
  max_position_embeddings: size.nullish(),
  type_vocab_size: size.nullish(),
  attention_bias: flag.nullish(),
  mlp_bias: flag.nullish(),
  use_qk_norm: flag.nullish(),
  sliding_window: sizeOrNone.nullish(),
  use_sliding_window: flag.nullish(),
  max_window_layers: sizeOrNone.nullish(),
  sliding_window_pattern: size.nullish(),
  layer_types: layerNames.nullish(),
  attention_chunk_size: size.nullish(),
  no_rope_layers: layerIndices.nullish(),
  full_attention_interval: size.nullish(),
  // experts
  num_experts: size.nullish(),
  num_local_experts: size.nullish(),
  n_routed_experts: size.nullish(),
  num_experts_per_tok: size.nullish(),
  top_k_experts: size.nullish(),
  enable_moe_block: flag.nullish(),
  n_shared_experts: sizeOrNone.nullish(),
  moe_intermediate_size: size.nullish(),
  shared_expert_intermediate_size: sizeOrNone.nullish(),
  moe_shared_expert_intermediate_size: size.nullish(),
  moe_latent_size: size.nullish(),
  first_k_dense_replace: sizeOrNone.nullish(),
  moe_layer_freq: z.union([size, z.array(z.int()).max(MAX_LAYERS)]).nullish(),
  mlp_layer_types: layerNames.nullish(),
  decoder_sparse_step: size.nullish(),
  mlp_only_layers: layerIndices.nullish(),
  moe_layers: layerIndices.nullish(),
  interleave_moe_layer_step: size.nullish(),
  intermediate_size_mlp: size.nullish(),
  topk_method: z.string().max(50).nullish(),
  // multi-head latent attention
  kv_lora_rank: size.nullish(),
  q_lora_rank: size.nullish(),
  qk_nope_head_dim: size.nullish(),
  qk_rope_head_dim: size.nullish(),
  v_head_dim: size.nullish(),
  index_topk: size.nullish(),
  // linear attention
  linear_conv_kernel_dim: size.nullish(),
  linear_key_head_dim: size.nullish(),
  linear_value_head_dim: size.nullish(),
  linear_num_key_heads: size.nullish(),
  linear_num_value_heads: size.nullish(),
  mamba_ssm_dtype: z.string().max(50).nullish(),
  mamba_ssm_cache_dtype: z.string().max(50).nullish(),
  hybrid_override_pattern: z.string().max(MAX_LAYERS).nullish(),
  layers_block_type: layerNames.nullish(),
  mamba_num_heads: size.nullish(),
  mamba_head_dim: size.nullish(),
  ssm_state_size: size.nullish(),
  n_groups: size.nullish(),
  mamba_n_groups: size.nullish(),
  conv_kernel: size.nullish(),
  mamba_d_conv: size.nullish(),
  use_conv_bias: flag.nullish(),
  mamba_conv_bias: flag.nullish(),
  // Gemma 4
  global_head_dim: size.nullish(),
  num_global_key_value_heads: size.nullish(),
  attention_k_eq_v: flag.nullish(),
  num_kv_shared_layers: sizeOrNone.nullish(),
  use_double_wide_mlp: flag.nullish(),
  hidden_size_per_layer_input: sizeOrNone.nullish(),
  vocab_size_per_layer_input: size.nullish(),
  block_configs: z.array(searchedBlock).max(MAX_LAYERS).nullish(),
}

/** What transformers 5.19 and later write of a layer that differs from the others: any field, and the parts that it has not. */
const ownLayer = z.looseObject({ ...fields, skip: z.array(z.string().max(100)).max(100).nullish() })
const layerIndex = z.string().regex(/^\d{1,5}$/, 'expected the index of a layer')

const configSchema = z.looseObject({ ...fields, per_layer_config: z.record(layerIndex, ownLayer).nullish() })

/** The text part of a `config.json`, checked. Fields that are not there are undefined or null. */
export type Config = z.infer<typeof configSchema>

/** Where the model of the text is in the configuration of one that also sees or hears. */
const TEXT_PARTS = ['text_config', 'llm_config', 'language_config'] as const

/** A `config.json` as read: the text part with its defaults from the outer one, and the outer one. */
export interface ReadConfig {
  readonly text: Config
  readonly outer: Readonly<Record<string, unknown>>
}

/**
 * Checks a parsed `config.json`. `file` names it in errors. Throws `bad-input` with the field, what was expected and what
 * to do: a half file, wrong types, numbers beyond any model.
 */
export function readConfig(json: unknown, file: string): ReadConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new JoulemarkError('bad-input', `${file}: expected a JSON object with the fields of a model; ${ADVICE}`)
  }
  const outer = json as Record<string, unknown>
  const part = TEXT_PARTS.find((name) => outer[name] !== undefined && outer[name] !== null)
  if (part === undefined) return { text: checked(outer, file, ''), outer }
  const inner = outer[part]
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) {
    throw new JoulemarkError('bad-input', `${file}: ${part}: expected an object; ${ADVICE}`)
  }
  // the dtype and the tied embedding may stand in either; dimensions of the outer part are those of another tower
  const { tie_word_embeddings, torch_dtype, dtype } = outer
  const shared = JSON.parse(JSON.stringify({ tie_word_embeddings, torch_dtype, dtype })) as Record<string, unknown>
  return { text: checked({ ...shared, ...inner }, file, `${part}.`), outer }
}

const ADVICE = 'download config.json of the model again'

function checked(json: Record<string, unknown>, file: string, prefix: string): Config {
  const result = configSchema.safeParse(json)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const field = `${prefix}${issue?.path.join('.') ?? ''}`
  throw new JoulemarkError('bad-input', `${file}: ${field}: ${lowerFirst(issue?.message ?? 'is wrong')}; ${ADVICE}`)
}

const lowerFirst = (text: string): string => `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`
