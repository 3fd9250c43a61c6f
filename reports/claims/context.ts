import { nearest } from '../../harness/catalogue/nearest.ts'
import type { Card, Model } from '../../harness/catalogue/types.ts'
import type { Range } from './arithmetic.ts'
import { type ClaimedModel, claimedModel } from './claimed-model.ts'
import { type CardTable, type ClaimRow, type Claims, cellOf } from './claims.ts'
import type { Workload } from './schema.ts'

/** The catalogue of an audit. */
export interface ClaimCatalogue {
  /** The cards that a claimed key may mean: one, or the editions of a family; empty when unknown. */
  readonly cardsFor: (key: string) => readonly Card[]
  /** Every key that `cardsFor` knows. */
  readonly cardNames: readonly string[]
  readonly models: readonly Model[]
}

/** A claims file with the editions of its cards resolved, and its values by name. */
export interface AuditContext {
  readonly claims: Claims
  readonly cardKeys: readonly string[]
  /** The editions that a claimed card can be: those whose power limit it states, else all. */
  readonly editions: (cardKey: string) => readonly Card[]
  /** All editions of a claimed card. */
  readonly family: (cardKey: string) => readonly Card[]
  /** Why only some editions are meant; null when all are. */
  readonly pinnedBy: (cardKey: string) => string | null
  /** The model of a workload in the formats that it may be, or why there is none. */
  readonly model: (workload: Workload) => ClaimedModel | { readonly reason: string }
  /** Why a claimed card cannot be checked. */
  readonly unknownCard: (cardKey: string) => string
  /** The memory clock that the source states for a card, in MHz; null for the rated one. */
  readonly memClockMHz: (cardKey: string) => number | null
  readonly row: (table: CardTable, id: string) => ClaimRow | null
  /** A claimed value by `table.row` for a card, exact or its stated range. */
  readonly quantity: (table: CardTable, id: string, cardKey: string) => Range | null
}

/** Prepares a claims file for its audit. */
export function auditContext(claims: Claims, catalogue: ClaimCatalogue): AuditContext {
  const row = (table: CardTable, id: string) => claims.tables[table]?.rows.find((at) => at.id === id) ?? null
  const quantity = (table: CardTable, id: string, cardKey: string) => quantityOf(row(table, id), cardKey)
  const pins = new Map(
    Object.keys(claims.cards).map((key) => [key, pinned(catalogue.cardsFor(key), quantity('spec', 'tdp', key))]),
  )
  return {
    claims,
    cardKeys: Object.keys(claims.cards),
    editions: (key) => pins.get(key)?.cards ?? [],
    family: catalogue.cardsFor,
    pinnedBy: (key) => pins.get(key)?.why ?? null,
    model: (workload) => claimedModel(workload, catalogue.models),
    unknownCard: (key) => {
      const near = nearest(key, catalogue.cardNames)
      return `the card ${key} is not in the catalogue${near === null ? '' : `; did you mean "${near}"?`}`
    },
    memClockMHz: (key) => claims.cards[key]?.memory_clock_mhz ?? null,
    row,
    quantity,
  }
}

/** The value in a card's cell: a stated range, or the number itself. */
export function quantityOf(row: ClaimRow | null, cardKey: string): Range | null {
  const cell = row === null ? null : cellOf(row, cardKey)
  if (cell === null) return null
  if (cell.min !== undefined && cell.max !== undefined) return { low: cell.min, high: cell.max }
  return typeof cell.value === 'number' ? { low: cell.value, high: cell.value } : null
}

function pinned(cards: readonly Card[], tdpW: Range | null): { cards: readonly Card[]; why: string | null } {
  const matching = tdpW === null ? [] : cards.filter((card) => card.tdpW.value === tdpW.low)
  if (matching.length === 0 || matching.length === cards.length) return { cards, why: null }
  const others = cards.filter((card) => !matching.includes(card))
  const names = matching.map((card) => card.label).join(' or ')
  const rest = others.map((card) => `${card.label} ${card.tdpW.value} W`).join(', ')
  return { cards: matching, why: `${tdpW!.low} W is the ${names}; ${rest}` }
}
