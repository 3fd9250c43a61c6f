import { createHash } from 'node:crypto'
import type { Gpu } from './schema/gpu.ts'
import type { RunRecord } from './schema/run.ts'
import { simulationStamps } from './simulation-stamps.ts'

/**
 * Where a run's data came from. One simulated part makes the whole run simulated: the stamps are on the wire
 * (`system_fingerprint`, model owner, response header) and in the output of nvidia-smi (GPU name, driver).
 */
export function provenanceOf(parts: {
  readonly gpus: readonly Gpu[]
  readonly simulatedBy: string | null
  readonly streamsSimulated: boolean
}): Pick<RunRecord, 'source' | 'sourceEvidence'> {
  const evidence = [
    ...(parts.simulatedBy ? [parts.simulatedBy] : []),
    ...(parts.streamsSimulated ? ['token streams carry the stamp of the simulator'] : []),
    ...parts.gpus.flatMap((gpu) => (isSimulatedGpu(gpu) ? [`nvidia-smi: ${gpu.name}, driver ${gpu.driver}`] : [])),
  ]
  return { source: evidence.length > 0 ? 'simulated' : 'live', sourceEvidence: evidence }
}

const isSimulatedGpu = ({ name, driver }: Gpu): boolean => simulationStamps([name, driver]).length > 0

/** SHA-256 of a value as JSON with its keys sorted: the same scenario has the same hash, however its file is laid out. */
export function canonicalSha256(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}

/** JSON with its keys sorted and no spaces. */
export const canonicalJson = (value: unknown): string => JSON.stringify(sortKeys(value))

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  )
}
