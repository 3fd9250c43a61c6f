import { servingGpus } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'

/** Whether ECC was on in a run; null where no card says. */
export function eccOf({ gpus }: RunRecord): boolean | null {
  const modes = servingGpus(gpus).map(({ eccMode }) => eccMode)
  if (modes.length === 0 || modes.some((mode) => mode !== 'Enabled' && mode !== 'Disabled')) return null
  return modes.every((mode) => mode === 'Enabled')
}
