/** The flag of a GPU that determines whether it counts. */
interface ServingFlag {
  readonly serving: boolean
}

/** The GPUs that served the model: only these count in energy, memory, limits and cost. */
export const servingGpus = <Gpu extends ServingFlag>(gpus: readonly Gpu[]): Gpu[] => gpus.filter((gpu) => gpu.serving)

/** UUIDs of the GPUs that served the model, in the order of the record. */
export const servingUuids = (gpus: readonly (ServingFlag & { readonly uuid: string })[]): string[] =>
  servingGpus(gpus).map((gpu) => gpu.uuid)

/**
 * The power limit in W at which the model was served: the lowest that the driver enforces on a serving GPU, because the
 * others wait for it. Null where the driver reports none.
 */
export function enforcedPowerLimitW(
  gpus: readonly (ServingFlag & { readonly powerLimitW: number | null })[],
): number | null {
  const limits = servingGpus(gpus).flatMap(({ powerLimitW }) => powerLimitW ?? [])
  return limits.length === 0 ? null : Math.min(...limits)
}
