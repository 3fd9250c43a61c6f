import {
  annualElectricityGbp,
  capexGbpPerYear,
  gbpPerGbVram,
  gbpPerMillionOutputTokens,
  gbpPerTokensPerS,
  totalGbpPerYear,
} from '../../../../harness/metrics/cost.ts'
import type { Assumptions, MoneyCard } from '../../../money-model.ts'
import type { MoneyRowId } from '../../../tables/economics-rows.ts'
import { formatGbp } from '../../format-cell.ts'

/** The values of a card, without its name. */
export type CardFigures = Omit<MoneyCard, 'id' | 'label'>

/**
 * The rows of the economics table in GBP for a card with a reader's assumptions; null is unknown. Idle power is not
 * required where a card is never idle.
 */
export function economics(card: CardFigures, at: Assumptions): Record<MoneyRowId, number | null> {
  const { priceGbp, outputTokensPerS, vramGb = null } = card
  const idleW = card.idleW ?? (at.utilisation === 1 ? 0 : null)
  const power = card.meanPowerW === null || idleW === null ? null : { loadW: card.meanPowerW, idleW }
  const all = priceGbp === null || power === null ? null : { inputs: { ...at, priceGbp, idleW: power.idleW }, ...power }
  return {
    price: priceGbp,
    'gbp-per-tps': priceGbp === null || outputTokensPerS === null ? null : gbpPerTokensPerS(priceGbp, outputTokensPerS),
    'gbp-per-gb': priceGbp === null || vramGb === null ? null : gbpPerGbVram(priceGbp, vramGb),
    'annual-electricity': power && annualElectricityGbp(power.loadW, { ...at, idleW: power.idleW }),
    'capex-per-year': priceGbp === null ? null : capexGbpPerYear({ ...at, priceGbp }),
    'total-per-year': all && totalGbpPerYear(all.loadW, all.inputs),
    'gbp-per-million-tokens':
      all === null || outputTokensPerS === null
        ? null
        : gbpPerMillionOutputTokens(outputTokensPerS, all.loadW, all.inputs),
  }
}

/** The cost per million output tokens of a card. */
export interface CardCost {
  readonly label: string
  readonly gbp: number
}

/** Costs per million output tokens, lowest first, the others with their ratio to it; empty where none is known. */
export function costsInWords(costs: readonly CardCost[]): string {
  const [first, ...others] = [...costs].sort((a, b) => a.gbp - b.gbp)
  if (first === undefined) return ''
  const rest = others.map(({ label, gbp }) => `${label} ${formatGbp(gbp, 4)} (${(gbp / first.gbp).toFixed(2)}x)`)
  return `${[`${first.label} ${formatGbp(first.gbp, 4)}`, ...rest].join(', ')} per million output tokens`
}
