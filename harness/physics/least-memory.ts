import { imageModelByKey } from '../catalogue/image-models.ts'
import { modelByKey } from '../catalogue/own-models.ts'
import type { Scenario } from '../scenario/schema.ts'
import { weightBytes } from './model/weights.ts'

/** Training may hold its base model in 4 bits. */
const LEAST_BYTES_PER_PARAM = 0.5

/**
 * The fewest bytes that a scenario's model takes on all of its GPUs together: the weights of a text model as stored, the
 * denoiser of an image model (its encoders may wait in main memory), the base model of a training in 4 bits. Null for a
 * model that the catalogue does not know.
 */
export function leastMemoryBytes({ kind, model: key }: Scenario): number | null {
  if (kind === 'image') return imageModelByKey(key)?.denoiserBytes ?? null
  const model = modelByKey(key)
  if (model === null) return null
  return kind === 'training' ? model.totalParams * LEAST_BYTES_PER_PARAM : weightBytes(model)
}
