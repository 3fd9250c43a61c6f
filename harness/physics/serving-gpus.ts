/** The flag of a GPU that determines whether it counts. */
interface ServingFlag {
  readonly serving: boolean
}

/** The GPUs that served the model: only these count in energy, memory, limits and cost. */
export const servingGpus = <Gpu extends ServingFlag>(gpus: readonly Gpu[]): Gpu[] => gpus.filter((gpu) => gpu.serving)

/** UUIDs of the GPUs that served the model, in the order of the record. */
export const servingUuids = (gpus: readonly (ServingFlag & { readonly uuid: string })[]): string[] =>
  servingGpus(gpus).map((gpu) => gpu.uuid)
