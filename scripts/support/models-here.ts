import { describeFound, type FoundCard } from '../../harness/telemetry/inventory/describe-found.ts'
import { openTelemetry } from '../../harness/telemetry/open.ts'
import type { CommandIo } from './io.ts'

/** The models of cards on this machine, each once; none where there is no nvidia-smi and none was `required`. */
export async function modelsHere(
  nvidiaSmi: { readonly path: string; readonly required: boolean },
  io: CommandIo,
): Promise<FoundCard[]> {
  const { gpus, fingerprint, warnings } = await openTelemetry(nvidiaSmi)
  for (const warning of warnings) io.stderr.write(`nvidia-smi: ${warning}\n`)
  const models = [...Map.groupBy(gpus, ({ name, memoryTotalMiB }) => `${name}\n${memoryTotalMiB}`).values()]
  return Promise.all(
    models.flatMap(([first]) => (first === undefined ? [] : [describeFound(first, { fingerprint, now: new Date() })])),
  )
}
