import { cardOfRun } from '../../harness/catalogue/own/own-cards.ts'
import { servingGpus } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { meantLimitW } from '../../harness/record/setting/operating-point.ts'

/** The doctor's findings, as far as the verdict uses them. */
export interface DoctorFinding {
  readonly id: string
  readonly status: string
  readonly read: string
}

/** Likely causes of a slow card, from the record and the doctor. */
export function slowCauses(run: RunRecord, findings: readonly DoctorFinding[]): string[] {
  const serving = servingGpus(run.gpus)
  const card = cardOfRun(run.card)
  const gate = (id: string, cause: string) => {
    const found = run.gates.find((each) => each.id === id && (each.status === 'fail' || each.status === 'warn'))
    return found ? [`${cause}: ${found.evidence}`] : []
  }
  const causes = [
    ...serving.flatMap(({ powerLimitW: limit, powerDefaultLimitW: usual }) =>
      limit !== null && usual !== null && limit < usual && limit !== meantLimitW(run)
        ? [`lowered power limit: ${limit} of ${usual} W`]
        : [],
    ),
    ...gate('card-health', 'a fault of the card'),
    ...gate('serving-card', 'not the card that served, or not all of it'),
    ...gate('throttle', 'throttling'),
    ...gate('thermal-soak', 'temperature not stable'),
    ...gate('gpu-exclusive', 'other process on the card'),
    ...gate('token-audit', 'traffic from another client'),
    ...gate('client-headroom', 'client too slow'),
    ...gate('ecc', 'memory errors'),
    ...serving.flatMap(({ pcie: { widthCurrent, widthMax } }) =>
      widthCurrent !== null && widthMax !== null && widthCurrent < widthMax
        ? [`narrow PCIe link: x${widthCurrent} of x${widthMax}`]
        : [],
    ),
    ...serving.flatMap(({ eccMode }) =>
      eccMode === 'Enabled' && card?.ecc?.value === 'toggle-off'
        ? ['ECC is enabled and reduces the memory bandwidth by some per cent']
        : [],
    ),
    ...findings
      .filter((finding) => finding.status === 'fail' || finding.status === 'warn')
      .map((finding) => `doctor, ${finding.id}: ${finding.read}`),
  ]
  return causes.length > 0 ? causes : ['no cause found; check the driver, the server settings and the card']
}

/** Likely causes of a result above the physical limit. */
export function fastCauses(run: RunRecord): string[] {
  const failing = run.gates.filter((gate) => gate.status === 'fail').map((gate) => `${gate.id}: ${gate.evidence}`)
  return failing.length > 0 ? failing : ['more than the card can do: another card, or an incorrect measurement']
}

/** Gates that show a fault of the server itself, whatever its rates are. */
const serverGates: ReadonlySet<string> = new Set(['card-health', 'ecc', 'throttle'])
/** Gates about the reading of power. */
const powerGates: ReadonlySet<string> = new Set(['power-plausible', 'energy-coverage', 'energy-agreement'])

/** Faults that reject a server at any speed. */
export const serverFaults = (run: RunRecord): string[] =>
  run.gates.flatMap(({ id, status, evidence }) =>
    status === 'fail' && serverGates.has(id) ? [`${id}: ${evidence}`] : [],
  )

/**
 * Required gates that failed, because of which a figure is not known to be that of this server: a slow client, other
 * traffic, another model. Those of power concern power only; a figure above the physical limit is judged by itself.
 */
export const failedMeasurement = (run: RunRecord, isOfPower: boolean): string[] =>
  run.gates.flatMap(({ id, status, required, evidence }) => {
    const concerns = !serverGates.has(id) && id !== 'physical-limit' && (isOfPower || !powerGates.has(id))
    return status === 'fail' && required && concerns ? [`not judged, ${id} failed: ${evidence}`] : []
  })
