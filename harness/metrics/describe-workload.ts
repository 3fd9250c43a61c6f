import type { RunRecord } from '../record/schema/run.ts'

/**
 * What must stand beside a figure of images or training, because the figure says nothing without it; null for text,
 * whose title and load say it.
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
