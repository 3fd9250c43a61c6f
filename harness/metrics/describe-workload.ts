import type { RunRecord } from '../record/schema/run.ts'
import { counted } from '../units.ts'

/**
 * The settings to print beside a result of images, embeddings or training, without which it cannot be compared; null for text, whose
 * title and load describe it.
 */
export function describeWorkload(scenario: RunRecord['scenario']): string | null {
  if (scenario.kind === 'image') {
    const { size, steps, guidance, batch } = scenario.image
    return `${size}, ${steps} steps, guidance ${guidance}, batch ${batch}`
  }
  if (scenario.kind === 'text') return null
  if (scenario.kind === 'embeddings') {
    const { tokens, perRequest, queryTokens } = scenario.texts
    return scenario.api === 'rerank'
      ? `${counted(perRequest, 'document')} of ${tokens} tokens per query of ${queryTokens}`
      : `${counted(perRequest, 'text')} of ${tokens} tokens per request`
  }
  const { batch, sequenceTokens, rank, gradientCheckpointing } = scenario.training
  const checkpointing = gradientCheckpointing ? 'with gradient checkpointing' : 'without gradient checkpointing'
  return `batch ${batch} x ${sequenceTokens} tokens, rank ${rank}, ${checkpointing}`
}
