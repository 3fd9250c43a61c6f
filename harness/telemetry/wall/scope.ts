import { servingGpus } from '../../physics/serving-gpus.ts'
import { provenanceOf } from '../../record/provenance.ts'
import type { BoxPart } from '../../record/schema/box.ts'
import type { Endpoint } from '../../record/schema/endpoint.ts'
import type { Gpu } from '../../record/schema/gpu.ts'

/** Why the power of this machine is not that of the server of a run; null where it is. */
export function notThisMachine({
  gpus,
  simulatedBy,
  endpoint,
}: {
  readonly gpus: readonly Gpu[]
  readonly simulatedBy: string | null
  readonly endpoint: Endpoint
}): string | null {
  const { source } = provenanceOf({ gpus, simulatedBy, streamsSimulated: false })
  if (source === 'simulated') return 'the run is simulated, and this machine is not its server'
  return endpoint.location?.isThisMachine === false ? 'the server runs on another machine' : null
}

/** Why the power of the server is not that of one run alone; null where it is. */
export function sharedServer(gpus: readonly Gpu[], box: BoxPart | undefined): string | null {
  if (box === undefined) return null
  const serving = servingGpus(gpus).map(({ uuid }) => uuid)
  const loaded = box.underLoad ?? (box.part === 'together' ? box.cards : serving)
  return loaded.some((uuid) => !serving.includes(uuid))
    ? 'other cards of the server were under load at the same time'
    : null
}
