import { gib, type Release } from '../release.ts'
import { countedOnHub, inKaito, inTtMetal } from '../sources.ts'

/** Phi of Microsoft. */

export const microsoftReleases: readonly Release[] = [
  {
    key: 'phi-4',
    label: 'Phi-4 14B BF16',
    servedAs: ['microsoft/phi-4'],
    config: {
      architectures: ['Phi3ForCausalLM'],
      model_type: 'phi3',
      attention_bias: false,
      hidden_size: 5120,
      intermediate_size: 17_920,
      max_position_embeddings: 16_384,
      num_attention_heads: 40,
      num_hidden_layers: 40,
      num_key_value_heads: 10,
      sliding_window: null,
      tie_word_embeddings: false,
      torch_dtype: 'bfloat16',
      vocab_size: 100_352,
    },
    licence: 'mit',
    published: { params: 14_659_507_200, bytes: gib(27.31) },
    sources: [inTtMetal('microsoft/phi-4'), countedOnHub('microsoft/phi-4'), inKaito('microsoft/phi-4')],
  },
]
