import type { MoneyModel } from '../../../money-model.ts'
import { type MoneyRowId, moneyRowDigits, moneyRowLabels } from '../../../tables/economics-rows.ts'
import { formatGbp } from '../../format-cell.ts'
import { type CardCost, costsInWords, economics } from './economics.ts'

const rowIds = Object.keys(moneyRowDigits) as MoneyRowId[]

/** Writes the economics of a model into their table, a reader's own without the intervals of the report. Gives the cost of each card in words, lowest first. */
export function showEconomics(model: MoneyModel, isOwn: boolean): string {
  const costs: CardCost[] = []
  for (const card of model.cards) {
    const figures = economics(card, model)
    for (const row of rowIds) showFigure(row, card.id, figures[row], isOwn)
    const gbp = figures['gbp-per-million-tokens']
    if (gbp !== null) costs.push({ label: card.label, gbp })
  }
  for (const row of ['annual-electricity', 'capex-per-year'] as const) {
    const head = rowOf(row)?.cells[0]?.querySelector('.main')
    if (head) head.textContent = moneyRowLabels[row](model)
  }
  return costsInWords(costs)
}

function showFigure(row: MoneyRowId, cardId: string, gbp: number | null, isOwn: boolean): void {
  const cell = [...(rowOf(row)?.cells ?? [])].find((at) => at.getAttribute('data-column') === cardId)
  if (gbp === null || !cell?.hasAttribute('data-value')) return
  cell.setAttribute('data-value', String(gbp))
  cell.querySelector('.main')!.textContent = formatGbp(gbp, moneyRowDigits[row])
  // The interval belongs to the assumptions of the report, not to the reader's.
  const interval = cell.querySelector<HTMLElement>('small')
  if (interval) interval.hidden = isOwn
}

const rowOf = (id: MoneyRowId): HTMLTableRowElement | undefined =>
  [...document.querySelector<HTMLTableElement>('table#t-economics')!.tBodies[0]!.rows].find(
    (row) => row.getAttribute('data-row') === id,
  )
