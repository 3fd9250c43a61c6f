import { describeCheckpoint } from '../../harness/catalogue/checkpoint/describe-checkpoint.ts'
import { addOwnModels } from '../../harness/catalogue/own-models.ts'
import { today } from '../support/models/scenario-models.ts'

/** The name of a model of random weights, as its server and its training give it (scripts/prove/proof/shapes.py). */
export const randomModel = (shape: string): string => `random-${shape}`

/** Tokens that the server keeps room for, of each sequence. */
export const MODEL_LEN = 1024

/** Makes models of random weights known by their configuration, so that runs on them have limits. */
export function addRandomModels(configs: Readonly<Record<string, object>>): void {
  for (const [shape, config] of Object.entries(configs)) {
    const key = randomModel(shape)
    const json = {
      architectures: ['LlamaForCausalLM'],
      model_type: 'llama',
      dtype: 'bfloat16',
      max_position_embeddings: MODEL_LEN,
      ...config,
    }
    const source = { source: 'scripts/prove/proof/shapes.py', date: today(), kind: 'measured' } as const
    const files = { config: { json, file: key }, quantisation: null, index: null, tensors: null }
    addOwnModels([describeCheckpoint(files, { key, label: key, servedAs: [key], source })])
  }
}
