import { deepseekV2 as deepseekV2Config } from './released/families/deepseek.ts'
import { llama8b as llama8bConfig, llama70b as llama70bConfig } from './released/families/llama.ts'
import { mixtral8x22b as mixtral8x22bConfig } from './released/families/mistral.ts'
import { qwen32b as qwen32bConfig, qwen72b as qwen72bConfig } from './released/families/qwen2.ts'
import { releasedModels, shapeOf } from './released/models.ts'
import type { PublishedConfig } from './released/release.ts'
import { inAiconfigurator, inLlmfit, inTtMetal } from './released/sources.ts'
import { GATHERED } from './sourced.ts'
import type { Model, Source } from './types.ts'
import { formatBytes } from './weight-formats.ts'

/** Models with their dimensions. A test recomputes the parameter totals from them. */

const hf = (source: string): Source => ({ source, date: GATHERED, kind: 'measured' })

type Shape = Omit<
  Model,
  'key' | 'label' | 'servedAs' | 'servedAsWithQuantization' | 'weightFormat' | 'linearBytesPerParam' | 'sources'
>

/** The shape that a published configuration describes; the format is that of the checkpoint, below. */
function shapeOnly(key: string, config: PublishedConfig): Shape {
  const { weightFormat: _, linearBytesPerParam: __, ...rest } = shapeOf(key, config)
  return rest
}

const llama8b = shapeOnly('llama-3.1-8b', llama8bConfig)
const llama70b = shapeOnly('llama-3.1-70b', llama70bConfig)
const qwen72b = shapeOnly('qwen2.5-72b', qwen72bConfig)
const qwenCoder32b = shapeOnly('qwen2.5-coder-32b', qwen32bConfig)
const mixtral8x22b = shapeOnly('mixtral-8x22b', mixtral8x22bConfig)
const deepseekV2 = shapeOnly('deepseek-v2', deepseekV2Config)

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
      inAiconfigurator('meta-llama/Meta-Llama-3.1-8B'),
    ],
  },
  {
    ...llama8b,
    ...bf16,
    key: 'llama-3.1-8b-instruct',
    label: 'Llama 3.1 8B BF16',
    servedAs: ['meta-llama/Llama-3.1-8B-Instruct', 'meta-llama/Meta-Llama-3.1-8B-Instruct'],
    sources: [hf('vLLM issue 10517: weights took 14.9888 GiB'), inAiconfigurator('meta-llama/Meta-Llama-3.1-8B')],
  },
  {
    ...llama70b,
    ...awq,
    key: 'llama-3.1-70b-instruct-awq-int4',
    label: 'Llama 3.1 70B AWQ INT4',
    servedAs: ['hugging-quants/Meta-Llama-3.1-70B-Instruct-AWQ-INT4'],
    sources: [
      hf('huggingface.co hugging-quants/Meta-Llama-3.1-70B-Instruct-AWQ-INT4: 9 shards of about 4.9 GB'),
      inAiconfigurator('meta-llama/Meta-Llama-3.1-70B'),
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
      inAiconfigurator('meta-llama/Meta-Llama-3.1-70B'),
    ],
  },
  {
    ...llama70b,
    ...bf16,
    key: 'llama-3.1-70b-instruct',
    label: 'Llama 3.1 70B BF16',
    servedAs: ['meta-llama/Meta-Llama-3.1-70B-Instruct', 'meta-llama/Llama-3.1-70B-Instruct'],
    sources: [inAiconfigurator('meta-llama/Meta-Llama-3.1-70B')],
  },
  {
    ...qwen72b,
    ...fp8,
    key: 'qwen2.5-72b-instruct-fp8',
    label: 'Qwen 2.5 72B FP8',
    servedAs: ['RedHatAI/Qwen2.5-72B-Instruct-FP8-dynamic', 'neuralmagic-ent/Qwen2.5-72B-Instruct-FP8-dynamic'],
    sources: [
      hf('huggingface.co neuralmagic-ent/Qwen2.5-72B-Instruct-FP8-dynamic: 16 shards of 4.78 to 4.88 GB'),
      inLlmfit('Qwen/Qwen2.5-72B-Instruct'),
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
      inTtMetal('Qwen/Qwen2.5-32B-Instruct'),
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
      inLlmfit('mistralai/Mixtral-8x22B-Instruct-v0.1'),
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
  ...releasedModels,
]

export const modelKeys: readonly string[] = models.map((model) => model.key)
