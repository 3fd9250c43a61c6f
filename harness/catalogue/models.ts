import { publishedModels } from './published-models.ts'
import { GATHERED } from './sourced.ts'
import type { Model, Source } from './types.ts'
import { formatBytes } from './weight-formats.ts'

/** Models with their dimensions. A test recomputes the parameter totals from them. */

const hf = (source: string): Source => ({ source, date: GATHERED, kind: 'measured' })
const shape = (source: string): Source => ({ source, date: GATHERED, kind: 'recalled' })

type Shape = Omit<
  Model,
  'key' | 'label' | 'servedAs' | 'servedAsWithQuantization' | 'weightFormat' | 'linearBytesPerParam' | 'sources'
>

const llama8b: Shape = {
  kind: 'text',
  layers: 32,
  hiddenSize: 4096,
  attention: [{ kind: 'full', layers: 32, heads: 32, kvHeads: 8, headDim: 128 }],
  vocab: 128_256,
  tiedEmbeddings: false,
  totalParams: 8_030_261_248,
  linearParams: 6_979_321_856,
  activeLinearParams: 6_979_321_856,
  experts: null,
  maxContext: 131_072,
}

const llama70b: Shape = {
  kind: 'text',
  layers: 80,
  hiddenSize: 8192,
  attention: [{ kind: 'full', layers: 80, heads: 64, kvHeads: 8, headDim: 128 }],
  vocab: 128_256,
  tiedEmbeddings: false,
  totalParams: 70_553_706_496,
  linearParams: 68_451_041_280,
  activeLinearParams: 68_451_041_280,
  experts: null,
  maxContext: 131_072,
}

const qwen72b: Shape = {
  kind: 'text',
  layers: 80,
  hiddenSize: 8192,
  attention: [{ kind: 'full', layers: 80, heads: 64, kvHeads: 8, headDim: 128 }],
  vocab: 152_064,
  tiedEmbeddings: false,
  totalParams: 72_706_203_648,
  linearParams: 70_212_648_960,
  activeLinearParams: 70_212_648_960,
  experts: null,
  maxContext: 32_768,
}

const qwenCoder32b: Shape = {
  kind: 'text',
  layers: 64,
  hiddenSize: 5120,
  attention: [{ kind: 'full', layers: 64, heads: 40, kvHeads: 8, headDim: 128 }],
  vocab: 152_064,
  tiedEmbeddings: false,
  totalParams: 32_763_876_352,
  linearParams: 31_205_621_760,
  activeLinearParams: 31_205_621_760,
  experts: null,
  maxContext: 32_768,
}

const mixtral8x22b: Shape = {
  kind: 'text',
  layers: 56,
  hiddenSize: 6144,
  attention: [{ kind: 'full', layers: 56, heads: 48, kvHeads: 8, headDim: 128 }],
  vocab: 32_768,
  tiedEmbeddings: false,
  totalParams: 140_630_071_296,
  linearParams: 140_226_723_840,
  activeLinearParams: 38_758_121_472,
  experts: { count: 8, perToken: 2 },
  maxContext: 65_536,
}

/** `headDim` is that of the values. Keys have 64 more, and computing on the latent costs more, so this is a lower bound. */
const deepseekV2: Shape = {
  kind: 'text',
  layers: 60,
  hiddenSize: 5120,
  attention: [{ kind: 'mla', layers: 60, heads: 128, headDim: 128, latentDim: 576 }],
  vocab: 102_400,
  tiedEmbeddings: false,
  totalParams: 235_741_434_880,
  linearParams: 234_692_116_480,
  activeLinearParams: 20_326_481_920,
  experts: { count: 160, perToken: 6 },
  maxContext: 131_072,
}

const fp8 = { weightFormat: 'fp8', linearBytesPerParam: formatBytes.fp8 } as const
const bf16 = { weightFormat: 'bf16', linearBytesPerParam: formatBytes.bf16 } as const
const awq = { weightFormat: 'awq-int4', linearBytesPerParam: formatBytes['awq-int4'] } as const

export const models: readonly Model[] = [
  {
    ...llama8b,
    ...fp8,
    key: 'llama-3.1-8b-instruct-fp8',
    label: 'Llama 3.1 8B FP8',
    servedAs: ['neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8', 'RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8'],
    servedAsWithQuantization: [
      { name: 'meta-llama/Llama-3.1-8B-Instruct', quantization: 'fp8' },
      { name: 'meta-llama/Meta-Llama-3.1-8B-Instruct', quantization: 'fp8' },
    ],
    sources: [
      hf('huggingface.co neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8: shards of 5.00 + 4.08 GB'),
      shape('Llama 3.1 8B config'),
    ],
  },
  {
    ...llama8b,
    ...bf16,
    key: 'llama-3.1-8b-instruct',
    label: 'Llama 3.1 8B BF16',
    servedAs: ['meta-llama/Llama-3.1-8B-Instruct', 'meta-llama/Meta-Llama-3.1-8B-Instruct'],
    sources: [hf('vLLM issue 10517: weights took 14.9888 GiB'), shape('Llama 3.1 8B config')],
  },
  {
    ...llama70b,
    ...awq,
    key: 'llama-3.1-70b-instruct-awq-int4',
    label: 'Llama 3.1 70B AWQ INT4',
    servedAs: ['hugging-quants/Meta-Llama-3.1-70B-Instruct-AWQ-INT4'],
    sources: [
      hf('huggingface.co hugging-quants/Meta-Llama-3.1-70B-Instruct-AWQ-INT4: 9 shards of about 4.9 GB'),
      shape('Llama 3.1 70B config'),
    ],
  },
  {
    ...llama70b,
    ...fp8,
    key: 'llama-3.1-70b-instruct-fp8',
    label: 'Llama 3.1 70B FP8',
    servedAs: ['neuralmagic/Meta-Llama-3.1-70B-Instruct-FP8', 'RedHatAI/Meta-Llama-3.1-70B-Instruct-FP8'],
    sources: [
      hf('huggingface.co neuralmagic/Meta-Llama-3.1-70B-Instruct-FP8: 15 shards of 4.82 to 4.98 GB'),
      shape('Llama 3.1 70B config'),
    ],
  },
  {
    ...llama70b,
    ...bf16,
    key: 'llama-3.1-70b-instruct',
    label: 'Llama 3.1 70B BF16',
    servedAs: ['meta-llama/Meta-Llama-3.1-70B-Instruct', 'meta-llama/Llama-3.1-70B-Instruct'],
    sources: [shape('Llama 3.1 70B config')],
  },
  {
    ...qwen72b,
    ...fp8,
    key: 'qwen2.5-72b-instruct-fp8',
    label: 'Qwen 2.5 72B FP8',
    servedAs: ['RedHatAI/Qwen2.5-72B-Instruct-FP8-dynamic', 'neuralmagic-ent/Qwen2.5-72B-Instruct-FP8-dynamic'],
    sources: [
      hf('huggingface.co neuralmagic-ent/Qwen2.5-72B-Instruct-FP8-dynamic: 16 shards of 4.78 to 4.88 GB'),
      shape('Qwen 2.5 72B config'),
    ],
  },
  {
    ...qwenCoder32b,
    ...awq,
    key: 'qwen2.5-coder-32b-instruct-awq',
    label: 'Qwen2.5-Coder 32B AWQ',
    servedAs: ['Qwen/Qwen2.5-Coder-32B-Instruct-AWQ'],
    sources: [
      hf('huggingface.co Qwen/Qwen2.5-Coder-32B-Instruct-AWQ: five shards, 19.33 GB'),
      shape('Qwen2.5-Coder 32B config'),
    ],
  },
  {
    ...mixtral8x22b,
    ...awq,
    key: 'mixtral-8x22b-instruct-awq',
    label: 'Mixtral 8x22B AWQ',
    servedAs: ['MaziyarPanahi/Mixtral-8x22B-Instruct-v0.1-AWQ'],
    sources: [
      hf('huggingface.co MaziyarPanahi Mixtral-8x22B AWQ: 15 shards of about 4.99 GB'),
      shape('mistral-community/Mixtral-8x22B-v0.1 config.json'),
    ],
  },
  {
    ...deepseekV2,
    ...awq,
    key: 'deepseek-v2-awq',
    label: 'DeepSeek V2 236B AWQ',
    // the one AWQ checkpoint of this shape whose name is on record
    servedAs: ['casperhansen/deepseek-coder-v2-instruct-awq'],
    sources: [
      hf('DeepSeek-V3 repository, inference/configs/config_236B.json'),
      hf('vLLM issue 6142: name of the checkpoint'),
    ],
  },
  {
    ...bf16,
    key: 'tiny-random-llama',
    label: 'tiny random Llama (random weights, not a model)',
    kind: 'text',
    servedAs: ['tiny-random-llama'],
    layers: 2,
    hiddenSize: 256,
    attention: [{ kind: 'full', layers: 2, heads: 4, kvHeads: 2, headDim: 64 }],
    vocab: 32_000,
    tiedEmbeddings: false,
    totalParams: 17_564_928,
    linearParams: 1_179_648,
    activeLinearParams: 1_179_648,
    experts: null,
    maxContext: 8192,
    sources: [{ source: 'scripts/serve-vllm-cpu.sh makes it', date: GATHERED, kind: 'assumed' }],
  },
  ...publishedModels,
]

export const modelKeys: readonly string[] = models.map((model) => model.key)

/** A model by its key, or null. */
export const modelByKey = (key: string): Model | null => models.find((model) => model.key === key) ?? null
