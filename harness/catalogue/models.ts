import { type CatalogueModel, catalogueModel } from './released/catalogue-model.ts'
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

/** Models with their dimensions, each derived when it is first asked for. A test recomputes the parameter totals from them. */

const hf = (source: string): Source => ({ source, date: GATHERED, kind: 'measured' })

type Shape = Omit<
  Model,
  'key' | 'label' | 'servedAs' | 'servedAsWithQuantization' | 'weightFormat' | 'linearBytesPerParam' | 'sources'
>
type Format = Pick<Model, 'weightFormat' | 'linearBytesPerParam'>
type Names = Pick<Model, 'key' | 'label' | 'servedAs' | 'servedAsWithQuantization' | 'sources'>

/** A checkpoint whose format is stated here, and whose shape its published configuration or a function gives. */
const inFormat = (format: Format, config: PublishedConfig | (() => Shape), names: Names): CatalogueModel =>
  catalogueModel(names, () => {
    if (typeof config === 'function') return { ...config(), ...format, ...names }
    const { weightFormat: _, linearBytesPerParam: __, ...shape } = shapeOf(names.key, config)
    return { ...shape, ...format, ...names }
  })

const fp8 = { weightFormat: 'fp8', linearBytesPerParam: formatBytes.fp8 } as const
const bf16 = { weightFormat: 'bf16', linearBytesPerParam: formatBytes.bf16 } as const
const awq = { weightFormat: 'awq-int4', linearBytesPerParam: formatBytes['awq-int4'] } as const

const catalogue: readonly CatalogueModel[] = [
  inFormat(fp8, llama8bConfig, {
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
  }),
  inFormat(bf16, llama8bConfig, {
    key: 'llama-3.1-8b-instruct',
    label: 'Llama 3.1 8B BF16',
    servedAs: ['meta-llama/Llama-3.1-8B-Instruct', 'meta-llama/Meta-Llama-3.1-8B-Instruct'],
    sources: [hf('vLLM issue 10517: weights took 14.9888 GiB'), inAiconfigurator('meta-llama/Meta-Llama-3.1-8B')],
  }),
  inFormat(awq, llama70bConfig, {
    key: 'llama-3.1-70b-instruct-awq-int4',
    label: 'Llama 3.1 70B AWQ INT4',
    servedAs: ['hugging-quants/Meta-Llama-3.1-70B-Instruct-AWQ-INT4'],
    sources: [
      hf('huggingface.co hugging-quants/Meta-Llama-3.1-70B-Instruct-AWQ-INT4: 9 shards of about 4.9 GB'),
      inAiconfigurator('meta-llama/Meta-Llama-3.1-70B'),
    ],
  }),
  inFormat(fp8, llama70bConfig, {
    key: 'llama-3.1-70b-instruct-fp8',
    label: 'Llama 3.1 70B FP8',
    servedAs: ['neuralmagic/Meta-Llama-3.1-70B-Instruct-FP8', 'RedHatAI/Meta-Llama-3.1-70B-Instruct-FP8'],
    sources: [
      hf('huggingface.co neuralmagic/Meta-Llama-3.1-70B-Instruct-FP8: 15 shards of 4.82 to 4.98 GB'),
      inAiconfigurator('meta-llama/Meta-Llama-3.1-70B'),
    ],
  }),
  inFormat(bf16, llama70bConfig, {
    key: 'llama-3.1-70b-instruct',
    label: 'Llama 3.1 70B BF16',
    servedAs: ['meta-llama/Meta-Llama-3.1-70B-Instruct', 'meta-llama/Llama-3.1-70B-Instruct'],
    sources: [inAiconfigurator('meta-llama/Meta-Llama-3.1-70B')],
  }),
  inFormat(fp8, qwen72bConfig, {
    key: 'qwen2.5-72b-instruct-fp8',
    label: 'Qwen 2.5 72B FP8',
    servedAs: ['RedHatAI/Qwen2.5-72B-Instruct-FP8-dynamic', 'neuralmagic-ent/Qwen2.5-72B-Instruct-FP8-dynamic'],
    sources: [
      hf('huggingface.co neuralmagic-ent/Qwen2.5-72B-Instruct-FP8-dynamic: 16 shards of 4.78 to 4.88 GB'),
      inLlmfit('Qwen/Qwen2.5-72B-Instruct'),
    ],
  }),
  inFormat(awq, qwen32bConfig, {
    key: 'qwen2.5-coder-32b-instruct-awq',
    label: 'Qwen2.5-Coder 32B AWQ',
    servedAs: ['Qwen/Qwen2.5-Coder-32B-Instruct-AWQ'],
    sources: [
      hf('huggingface.co Qwen/Qwen2.5-Coder-32B-Instruct-AWQ: five shards, 19.33 GB'),
      inTtMetal('Qwen/Qwen2.5-32B-Instruct'),
    ],
  }),
  inFormat(awq, mixtral8x22bConfig, {
    key: 'mixtral-8x22b-instruct-awq',
    label: 'Mixtral 8x22B AWQ',
    servedAs: ['MaziyarPanahi/Mixtral-8x22B-Instruct-v0.1-AWQ'],
    sources: [
      hf('huggingface.co MaziyarPanahi Mixtral-8x22B AWQ: 15 shards of about 4.99 GB'),
      inLlmfit('mistralai/Mixtral-8x22B-Instruct-v0.1'),
    ],
  }),
  inFormat(awq, deepseekV2Config, {
    key: 'deepseek-v2-awq',
    label: 'DeepSeek V2 236B AWQ',
    // the one AWQ checkpoint of this shape whose name is on record
    servedAs: ['casperhansen/deepseek-coder-v2-instruct-awq'],
    sources: [
      hf('DeepSeek-V3 repository, inference/configs/config_236B.json'),
      hf('vLLM issue 6142: name of the checkpoint'),
    ],
  }),
  inFormat(
    bf16,
    () => ({
      kind: 'text',
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
    }),
    {
      key: 'tiny-random-llama',
      label: 'tiny random Llama (random weights, not a model)',
      servedAs: ['tiny-random-llama'],
      sources: [{ source: 'scripts/serve-vllm-cpu.sh makes it', date: GATHERED, kind: 'assumed' }],
    },
  ),
  ...releasedModels,
]

export const modelKeys: readonly string[] = catalogue.map(({ key }) => key)

const byKey: ReadonlyMap<string, CatalogueModel> = new Map(catalogue.map((model) => [model.key, model]))

/** All models of the catalogue. Deriving them takes a tenth of a second: ask for one where one is enough. */
export const allModels = (): readonly Model[] => catalogue.map(({ model }) => model())

/** The model of a key; null where the catalogue has none. */
export const bundledModel = (key: string): Model | null => byKey.get(key)?.model() ?? null

/** The first model whose checkpoint is served under one of these names; null for none. */
export const bundledServedAs = (...names: readonly string[]): Model | null =>
  catalogue.find(({ servedAs }) => servedAs.some((name) => names.includes(name)))?.model() ?? null
