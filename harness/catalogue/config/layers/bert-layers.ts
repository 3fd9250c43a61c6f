import type { Config } from '../config-fields.ts'
import { headedAttention } from '../parts/attention-parts.ts'
import { full, heads, layerOf } from '../parts/common-parts.ts'
import { feedForward } from '../parts/feed-forward-parts.ts'
import type { Layer } from '../parts/layer.ts'
import { need } from '../stated.ts'

/** Encoders of text (BERT, RoBERTa): what they read is read once, so no layer keeps keys and values. */

/** One layer: biases in every matrix, and two norms with a bias. */
export function bertLayer(config: Config): Layer {
  const hidden = need(config, 'hidden_size')
  const part = headedAttention({ ...heads(config), reach: full, qkvBias: true, outputBias: true })
  const attention = part.attention?.kind === 'full' ? { ...part, attention: { ...part.attention, kvLayers: 0 } } : part
  const block = feedForward({ hidden, width: need(config, 'intermediate_size'), gated: false, bias: true })
  return layerOf(config, 4, attention, block)
}

/**
 * Positions, types, and the pooler, or the classifier that a reranker has instead or behind it: read for one token of a text
 * or not at all.
 */
export function bertExtra(config: Config): { read: number; unread: number } {
  const hidden = need(config, 'hidden_size')
  const tables = (need(config, 'max_position_embeddings') + need(config, 'type_vocab_size')) * hidden
  const classifies = config.architectures?.some((name) => name.endsWith('ForSequenceClassification')) ?? false
  return { read: 0, unread: tables + hidden * hidden + hidden + (classifies ? hidden + 1 : 0) }
}
