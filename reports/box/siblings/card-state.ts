import { servingGpus, servingUuids } from '../../../harness/physics/serving-gpus.ts'
import { type Measured, numberOf } from '../../../harness/record/measured.ts'
import type { ProbedCard } from '../../../harness/record/schema/card-probe.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { cardWindowsOf } from '../quantities.ts'

/** What one card was set to and what it did, besides its figures: in what else two cards differ. Null is unknown. */
export interface CardState {
  readonly powerLimitW: number | null
  readonly eccMode: string | null
  readonly linkWidth: number | null
  readonly numaNode: number | null
  readonly copyGBs: number | null
  readonly matrixTflops: number | null
  readonly fromHostGBs: number | null
  readonly toHostGBs: number | null
  /** Under load: means over the windows of the trials, temperature the highest. */
  readonly smClockMHz: number | null
  readonly memClockMHz: number | null
  readonly temperatureC: number | null
  /** Shares of the samples in which the driver reported a reason for its clock. */
  readonly heatShare: number | null
  readonly powerBrakeShare: number | null
  readonly powerCapShare: number | null
}

/** The state of the one card that served these runs; it was measured without a server in one of `probedIn`. */
export function cardState(runs: readonly RunRecord[], probedIn: readonly RunRecord[] = runs): CardState {
  const gpu = runs.flatMap(({ gpus }) => servingGpus(gpus)).at(-1)
  const windows = runs.flatMap(cardWindowsOf)
  const probed = probedIn.flatMap((run) => probedCardOf(run) ?? []).at(-1)
  const figure = (of: (card: ProbedCard) => Measured): number | null =>
    probed === undefined ? null : numberOf(of(probed))
  const reasons = windows.flatMap(({ reasonShares }) => reasonShares ?? [])
  return {
    powerLimitW: gpu?.powerLimitW ?? null,
    eccMode: gpu?.eccMode ?? null,
    linkWidth: gpu?.pcie.widthCurrent ?? null,
    numaNode: probed?.numaNode ?? null,
    copyGBs: figure(({ copyGBs }) => copyGBs),
    matrixTflops: figure(({ matrixTflops }) => matrixTflops),
    fromHostGBs: figure(({ hostToDeviceGBs }) => hostToDeviceGBs),
    toHostGBs: figure(({ deviceToHostGBs }) => deviceToHostGBs),
    smClockMHz: meanOf(windows.flatMap(({ smClockMHz: at }) => (at === null ? [] : [(at.first + at.last) / 2]))),
    memClockMHz: meanOf(windows.flatMap(({ memClockMHz }) => memClockMHz ?? [])),
    temperatureC: highestOf(windows.flatMap(({ maxTemperatureC }) => maxTemperatureC ?? [])),
    heatShare: meanOf(reasons.map((share) => Math.max(share.swThermalSlowdown, share.hwThermalSlowdown))),
    powerBrakeShare: meanOf(reasons.map((share) => Math.max(share.hwPowerBrakeSlowdown, brakeOf(share)))),
    powerCapShare: meanOf(reasons.map(({ swPowerCap }) => swPowerCap)),
  }
}

/** A hardware slowdown that is not explained by heat is one of the power supply. */
const brakeOf = (share: { readonly hwSlowdown: number; readonly hwThermalSlowdown: number }): number =>
  Math.max(0, share.hwSlowdown - share.hwThermalSlowdown)

/** What the probe of the cards measured on the one that serves; null where it was not measured. */
function probedCardOf({ cardProbe, gpus }: RunRecord): ProbedCard | null {
  if (cardProbe === undefined || 'reason' in cardProbe) return null
  const [serving] = servingUuids(gpus)
  const own = cardProbe.cards.find(({ uuid }) => uuid !== null && uuid === serving)
  return own ?? (cardProbe.cards.length === 1 ? (cardProbe.cards[0] ?? null) : null)
}

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
const highestOf = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.max(...values))
