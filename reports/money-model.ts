import type { MoneyInputs } from '../harness/metrics/cost.ts'
import type { Interval } from './tables/table.ts'

/** What a reader may assume otherwise than the report did, for all cards alike. */
export type Assumptions = Pick<MoneyInputs, 'years' | 'tariffGbpPerKwh' | 'utilisation' | 'pue'>

/** What is known of a card column of the economics table, by its id; what is not known is null. */
export interface MoneyCard {
  readonly id: string
  readonly label: string
  readonly priceGbp: number | null
  readonly idleW: number | null
  readonly meanPowerW: number | null
  readonly outputTokensPerS: number | null
  /** Null or absent where one trial gave no interval. */
  readonly outputTokensPerSCi95?: Interval | null
  /** Of all GPUs that served. */
  readonly vramGb?: number | null
}

/** What the economics table was worked out from, for readers that can work it out again at other assumptions. */
export interface MoneyModel extends Assumptions {
  readonly cards: readonly MoneyCard[]
}
