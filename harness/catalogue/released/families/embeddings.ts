import type { PublishedConfig, Release } from '../release.ts'
import { inLlmfit, statedIn } from '../sources.ts'

/** Models that make vectors of texts, and those that rank texts for a query. */

const qwen3: PublishedConfig = {
  architectures: ['Qwen3ForCausalLM'],
  model_type: 'qwen3',
  attention_bias: false,
  head_dim: 128,
  num_key_value_heads: 8,
  // the file of 8B says false, but no checkpoint has an output head
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
  use_sliding_window: false,
}

const bge: PublishedConfig = {
  model_type: 'xlm-roberta',
  hidden_size: 1024,
  intermediate_size: 4096,
  max_position_embeddings: 8194,
  num_attention_heads: 16,
  num_hidden_layers: 24,
  type_vocab_size: 1,
  vocab_size: 250_002,
}

const derived = (name: string, how: string) => statedIn(`${name}: ${how}`)
const counted = 'the parameters of the tensors, which this shape gives exactly, as quoted in public repositories'

export const embeddingReleases: readonly Release[] = [
  {
    key: 'qwen3-embedding-0.6b',
    label: 'Qwen3 Embed 0.6B BF16',
    servedAs: ['Qwen/Qwen3-Embedding-0.6B'],
    licence: 'apache-2.0',
    config: {
      ...qwen3,
      hidden_size: 1024,
      intermediate_size: 3072,
      max_position_embeddings: 32_768,
      num_attention_heads: 16,
      num_hidden_layers: 28,
      vocab_size: 151_669,
    },
    published: { params: 595_776_512, bytes: 1_191_553_024 },
    sources: [
      derived('config.json of Qwen/Qwen3-Embedding-0.6B', 'copied in public repositories'),
      derived('Qwen/Qwen3-Embedding-0.6B', counted),
    ],
  },
  {
    key: 'qwen3-embedding-8b',
    label: 'Qwen3 Embed 8B BF16',
    servedAs: ['Qwen/Qwen3-Embedding-8B'],
    licence: 'apache-2.0',
    config: {
      ...qwen3,
      hidden_size: 4096,
      intermediate_size: 12_288,
      max_position_embeddings: 40_960,
      num_attention_heads: 32,
      num_hidden_layers: 36,
      vocab_size: 151_665,
    },
    published: { params: 7_567_295_488, bytes: 15_134_590_976 },
    sources: [inLlmfit('Qwen/Qwen3-8B'), derived('Qwen/Qwen3-Embedding-8B', `shape of Qwen3-8B; ${counted}`)],
  },
  {
    key: 'bge-m3',
    label: 'BGE M3',
    servedAs: ['BAAI/bge-m3'],
    licence: 'mit',
    config: { ...bge, architectures: ['XLMRobertaModel'] },
    // in 32 bits, which vLLM loads in 16
    published: { params: 567_754_752, bytes: null },
    sources: [
      derived('config.json of BAAI/bge-m3', 'XLM-RoBERTa large with 8194 positions'),
      derived('BAAI/bge-m3', counted),
    ],
  },
  {
    key: 'bge-reranker-v2-m3',
    label: 'BGE reranker v2 M3',
    servedAs: ['BAAI/bge-reranker-v2-m3'],
    licence: 'apache-2.0',
    config: { ...bge, architectures: ['XLMRobertaForSequenceClassification'] },
    // in 32 bits, which vLLM loads in 16
    published: { params: 567_755_777, bytes: null },
    sources: [
      derived('config.json of BAAI/bge-reranker-v2-m3', 'copied in public repositories'),
      derived('BAAI/bge-reranker-v2-m3', counted),
    ],
  },
]
