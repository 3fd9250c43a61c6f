import { JoulemarkError } from '../../errors.ts'
import type { Gpu } from '../../record/schema/run.ts'

/**
 * Which GPUs serve the model: only their energy counts. One GPU needs no choice; of several, those named by UUID or
 * index with `--gpus`, or all of them when the server spreads the model over all. Anything else would be a guess
 * and is refused with the list to choose from.
 */
export function chooseServingGpus(gpus: readonly Gpu[], asked: readonly string[], tensorParallel: number): Gpu[] {
  if (asked.length === 0) {
    if (gpus.length <= 1 || gpus.length === tensorParallel) return gpus.map((gpu) => ({ ...gpu, serving: true }))
    throw new JoulemarkError(
      'bad-input',
      `${gpus.length} GPUs here and the server uses ${tensorParallel}: say which with --gpus UUID,…; ${list(gpus)}`,
    )
  }
  const unknown = asked.find((name) => !gpus.some((gpu) => isNamed(gpu, name)))
  if (unknown !== undefined) throw new JoulemarkError('bad-input', `--gpus ${unknown}: no such GPU; ${list(gpus)}`)
  return gpus.map((gpu) => ({ ...gpu, serving: asked.some((name) => isNamed(gpu, name)) }))
}

const isNamed = (gpu: Gpu, name: string): boolean => gpu.uuid === name || String(gpu.index) === name
const list = (gpus: readonly Gpu[]): string =>
  `here: ${gpus.map((gpu) => `${gpu.index ?? '?'} ${gpu.uuid} (${gpu.name})`).join(', ') || 'none'}`
