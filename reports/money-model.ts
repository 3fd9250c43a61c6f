import type { MoneyInputs } from '../harness/metrics/cost.ts'
import type { Interval } from './tables/table.ts'

/** Assumptions that a reader can change, the same for all cards. */
export type Assumptions = Pick<MoneyInputs, 'years' | 'tariffGbpPerKwh' | 'utilisation' | 'pue'>

/** The values behind a card column of the economics table; unknown is null. */
export interface MoneyCard {
  readonly id: string
  readonly label: string
  readonly priceGbp: number | null
  readonly idleW: number | null
  /** Under load, and like `idleW` of what `powerOf` says. */
  readonly meanPowerW: number | null
  readonly outputTokensPerS: number | null
  /** Null or absent where one trial gave no interval. */
  readonly outputTokensPerSCi95?: Interval | null
  /** Of all GPUs that served. */
  readonly vramGb?: number | null
}

/** The inputs of the economics table, to compute it again with other assumptions. */
export interface MoneyModel extends Assumptions {
  /** What `meanPowerW` and `idleW` of the cards are: of the measured servers, or of the GPU boards; absent in older reports: boards. */
  readonly powerOf?: 'server' | 'boards'
  /** The title of the workload whose costs these are; absent in older reports. */
  readonly workload?: string
  readonly cards: readonly MoneyCard[]
}
