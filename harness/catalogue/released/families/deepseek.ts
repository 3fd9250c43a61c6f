import { fp8Blocks } from '../formats.ts'
import { gib, type PublishedConfig, type Release } from '../release.ts'
import { countedOnHub, inAiconfigurator, inIndex, inKaito, inLlmfit, sameShapeAs, statedIn } from '../sources.ts'

/** Models with multi-head latent attention: DeepSeek, and Kimi K2 of Moonshot, which has the same layers. */

const latent: PublishedConfig = {
  attention_bias: false,
  kv_lora_rank: 512,
  moe_layer_freq: 1,
  qk_nope_head_dim: 128,
  qk_rope_head_dim: 64,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  v_head_dim: 128,
}

const v2Lite: PublishedConfig = {
  ...latent,
  architectures: ['DeepseekV2ForCausalLM'],
  model_type: 'deepseek_v2',
  first_k_dense_replace: 1,
  hidden_size: 2048,
  intermediate_size: 10_944,
  max_position_embeddings: 163_840,
  moe_intermediate_size: 1408,
  n_routed_experts: 64,
  n_shared_experts: 2,
  num_attention_heads: 16,
  num_experts_per_tok: 6,
  num_hidden_layers: 27,
  num_key_value_heads: 16,
  q_lora_rank: null,
  vocab_size: 102_400,
}

/** Served with a context of 128k, as its model card says, not the 160k of the file. */
export const deepseekV2: PublishedConfig = {
  ...v2Lite,
  hidden_size: 5120,
  intermediate_size: 12_288,
  max_position_embeddings: 131_072,
  moe_intermediate_size: 1536,
  n_routed_experts: 160,
  num_attention_heads: 128,
  num_hidden_layers: 60,
  num_key_value_heads: 128,
  q_lora_rank: 1536,
}

const v3: PublishedConfig = {
  ...latent,
  architectures: ['DeepseekV3ForCausalLM'],
  model_type: 'deepseek_v3',
  first_k_dense_replace: 3,
  hidden_size: 7168,
  intermediate_size: 18_432,
  max_position_embeddings: 163_840,
  moe_intermediate_size: 2048,
  n_routed_experts: 256,
  n_shared_experts: 1,
  num_attention_heads: 128,
  num_experts_per_tok: 8,
  num_hidden_layers: 61,
  num_key_value_heads: 128,
  num_nextn_predict_layers: 1,
  q_lora_rank: 1536,
  quantization_config: fp8Blocks(),
  topk_method: 'noaux_tc',
  vocab_size: 129_280,
}

const kimiK2: PublishedConfig = {
  ...v3,
  model_type: 'kimi_k2',
  first_k_dense_replace: 1,
  max_position_embeddings: 131_072,
  n_routed_experts: 384,
  num_attention_heads: 64,
  num_key_value_heads: 64,
  num_nextn_predict_layers: 0,
  vocab_size: 163_840,
}

export const deepseekReleases: readonly Release[] = [
  {
    key: 'deepseek-v2-lite-chat',
    label: 'DeepSeek V2 Lite BF16',
    servedAs: ['deepseek-ai/DeepSeek-V2-Lite-Chat'],
    config: v2Lite,
    licence: 'deepseek',
    published: { params: 15_706_484_224, bytes: 31_412_968_448 },
    sources: [
      inLlmfit('deepseek-ai/DeepSeek-V2-Lite'),
      statedIn('config.json of deepseek-ai/DeepSeek-V2-Lite: latent, shared experts and dense width, quoted in public'),
      countedOnHub('deepseek-ai/DeepSeek-V2-Lite-Chat'),
      inIndex('deepseek-ai/DeepSeek-V2-Lite'),
    ],
  },
  {
    key: 'deepseek-v3-0324',
    label: 'DeepSeek V3 FP8',
    servedAs: ['deepseek-ai/DeepSeek-V3-0324'],
    config: v3,
    licence: 'mit',
    published: { params: 684_489_845_504, bytes: gib(641.3), draftLayer: 'own-embeddings' },
    sources: [
      inAiconfigurator('deepseek-ai/DeepSeek-V3'),
      countedOnHub('deepseek-ai/DeepSeek-R1'),
      inKaito('deepseek-ai/DeepSeek-V3-0324'),
    ],
  },
  {
    key: 'deepseek-r1-0528',
    label: 'DeepSeek R1 FP8',
    servedAs: ['deepseek-ai/DeepSeek-R1-0528'],
    config: v3,
    licence: 'mit',
    published: { params: 684_489_845_504, bytes: gib(641.3), draftLayer: 'own-embeddings' },
    sources: [
      sameShapeAs('DeepSeek V3'),
      countedOnHub('deepseek-ai/DeepSeek-R1'),
      inKaito('deepseek-ai/DeepSeek-R1-0528'),
    ],
  },
  {
    key: 'kimi-k2-instruct',
    label: 'Kimi K2 FP8',
    servedAs: ['moonshotai/Kimi-K2-Instruct'],
    config: kimiK2,
    licence: 'modified-mit',
    published: { params: 1_026_408_235_864, bytes: null },
    sources: [inAiconfigurator('moonshotai/Kimi-K2-Instruct'), countedOnHub('moonshotai/Kimi-K2-Instruct')],
  },
]
