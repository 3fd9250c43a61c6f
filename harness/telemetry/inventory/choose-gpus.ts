import { JoulemarkError } from '../../errors.ts'
import type { Gpu } from '../../record/schema/gpu.ts'
import { counted } from '../../units.ts'

/**
 * Selects the GPUs that serve the model: only their energy counts. One GPU needs no selection; of several, those named by
 * UUID or index with `--gpus` serve, or all of them when the server uses that many. Anything else would be a guess
 * and is refused with the list of GPUs. `warnings` name the cards that could not be read.
 */
export function chooseServingGpus(
  gpus: readonly Gpu[],
  requested: readonly string[],
  tensorParallel: number,
  warnings: readonly string[] = [],
): Gpu[] {
  if (requested.length === 0) {
    if (gpus.length <= 1 || gpus.length === tensorParallel) return gpus.map((gpu) => ({ ...gpu, serving: true }))
    throw new JoulemarkError(
      'bad-input',
      `found ${counted(gpus.length, 'GPU')}, the server uses ${tensorParallel}: select them with --gpus UUID,…; ${list(gpus)}`,
    )
  }
  const unknown = requested.find((name) => !gpus.some((gpu) => isNamed(gpu, name)))
  if (unknown !== undefined)
    throw new JoulemarkError('bad-input', `--gpus ${unknown}: no such GPU; ${[list(gpus), ...warnings].join('; ')}`)
  return gpus.map((gpu) => ({ ...gpu, serving: requested.some((name) => isNamed(gpu, name)) }))
}

const isNamed = (gpu: Gpu, name: string): boolean => gpu.uuid === name || String(gpu.index) === name
const list = (gpus: readonly Gpu[]): string =>
  `found: ${gpus.map((gpu) => `${gpu.index ?? '?'} ${gpu.uuid} (${gpu.name})`).join(', ') || 'none'}`
