import { shapeOf } from './models.ts'
import type { PublishedConfig, Release } from './release.ts'

/** The part of a checkpoint that a server leaves out unless it predicts several tokens at once. */
interface DraftLayer {
  readonly params: number
  /** Of these, the parameters in 16 bits whatever the format of the checkpoint. */
  readonly inSixteenBits: number
}

/**
 * Size of the layer for multi-token prediction of a checkpoint: one more layer of the last kind, a projection from two
 * hidden states to one, three norms, and in some an embedding and an output head of its own. Null without such a layer.
 */
export function draftLayerOf({ key, config, published }: Release): DraftLayer | null {
  if (published.draftLayer === undefined) return null
  const { hiddenSize, vocab, totalParams } = shapeOf(key, config)
  const layer = shapeOf(key, withOneMore(config)).totalParams - totalParams
  const embeddings = published.draftLayer === 'own-embeddings' ? 2 * vocab * hiddenSize : 0
  const beside = 2 * hiddenSize ** 2 + 3 * hiddenSize + embeddings
  const params = layer + beside
  return { params, inSixteenBits: published.draftInSixteenBits ? params : beside }
}

/** The configuration with one layer more, of full attention and, in a mixture, with experts. */
function withOneMore(config: PublishedConfig): PublishedConfig {
  const text = config['text_config']
  if (typeof text === 'object' && text !== null) return { ...config, text_config: withOneMore(text as PublishedConfig) }
  const { num_hidden_layers: layers, layer_types: types, hybrid_override_pattern: pattern } = config
  return {
    ...config,
    num_hidden_layers: Number(layers) + 1,
    ...(Array.isArray(types) ? { layer_types: [...types, 'full_attention'] } : {}),
    ...(typeof pattern === 'string'
      ? { hybrid_override_pattern: `${pattern}${config['mtp_hybrid_override_pattern']}` }
      : {}),
  }
}
