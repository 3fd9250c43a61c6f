import type { Gpu } from './schema/run.ts'

/** The GPUs that served the model: only these count in energy, memory, limits and money. */
export const servingGpus = <Any extends Pick<Gpu, 'serving'>>(gpus: readonly Any[]): Any[] =>
  gpus.filter((gpu) => gpu.serving)

/** UUIDs of the GPUs that served the model, in the order of the record. */
export const servingUuids = (gpus: readonly Pick<Gpu, 'serving' | 'uuid'>[]): string[] =>
  servingGpus(gpus).map((gpu) => gpu.uuid)
