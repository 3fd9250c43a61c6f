import { cardByKey } from '../../harness/catalogue/cards.ts'
import { servingGpus } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'

/** The doctor's findings, as far as the verdict uses them. */
export interface DoctorFinding {
  readonly id: string
  readonly status: string
  readonly read: string
}

/** Likely causes of a slow card, from the record and the doctor. */
export function slowCauses(run: RunRecord, findings: readonly DoctorFinding[]): string[] {
  const serving = servingGpus(run.gpus)
  const card = run.card.key === null ? null : cardByKey(run.card.key)
  const gate = (id: string, cause: string) => {
    const found = run.gates.find((each) => each.id === id && (each.status === 'fail' || each.status === 'warn'))
    return found ? [`${cause}: ${found.evidence}`] : []
  }
  const causes = [
    ...serving.flatMap(({ powerLimitW: limit, powerDefaultLimitW: usual }) =>
      limit !== null && usual !== null && limit < usual ? [`lowered power limit: ${limit} of ${usual} W`] : [],
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
      eccMode === 'Enabled' && card?.ecc.value === 'toggle-off'
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
