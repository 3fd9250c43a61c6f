import type { RunRecord } from '../record/schema/run.ts'

/**
 * The settings to print beside a result of images or training, without which it cannot be compared; null for text, whose
 * title and load describe it.
 */
export function describeWorkload(scenario: RunRecord['scenario']): string | null {
  if (scenario.kind === 'image') {
    const { size, steps, guidance, batch } = scenario.image
    return `${size}, ${steps} steps, guidance ${guidance}, batch ${batch}`
  }
  if (scenario.kind === 'text') return null
  const { batch, sequenceTokens, rank, gradientCheckpointing } = scenario.training
  const checkpointing = gradientCheckpointing ? 'with gradient checkpointing' : 'without gradient checkpointing'
  return `batch ${batch} x ${sequenceTokens} tokens, rank ${rank}, ${checkpointing}`
}
