import type { Card, Model } from '../../harness/catalogue/types.ts'
import { type Range, roundingOf } from './arithmetic.ts'
import { type CardTable, type ClaimRow, type Claims, cardTables, cellOf, type Workload } from './schema.ts'

/** The catalogue of an audit. */
export interface ClaimCatalogue {
  /** The cards that a claimed key may mean: one, or the editions of a family; empty when unknown. */
  readonly cardsFor: (key: string) => readonly Card[]
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
  readonly model: (workload: Workload) => Model | null
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
    model: (workload) => modelOf(workload, catalogue.models),
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

/**
 * The range that a rate or count can represent: its stated range, its rounding, and 3 % either way for `~`. For values
 * printed in the unit in which they are stored.
 */
export function rangeOf(row: ClaimRow | null, cardKey: string): Range | null {
  const exact = quantityOf(row, cardKey)
  const cell = row === null ? null : cellOf(row, cardKey)
  if (exact === null || cell === null) return null
  const rounding = cell.min === undefined ? roundingOf(cell.raw) : null
  const half = rounding === null ? 0 : (rounding.high - rounding.low) / 2
  const slack = cell.approx ? 0.03 * exact.high : 0
  return { low: exact.low - Math.max(half, slack), high: exact.high + Math.max(half, slack) }
}

/** `table.row` names of a formula, a bare name meaning its own table. */
export function resolveName(name: string, own: CardTable): { table: CardTable; id: string } {
  const [table, ...rest] = name.split('.')
  const known = cardTables.find((at) => at === table)
  return known && rest.length > 0 ? { table: known, id: rest.join('.') } : { table: own, id: name }
}

function pinned(cards: readonly Card[], tdpW: Range | null): { cards: readonly Card[]; why: string | null } {
  const matching = tdpW === null ? [] : cards.filter((card) => card.tdpW.value === tdpW.low)
  if (matching.length === 0 || matching.length === cards.length) return { cards, why: null }
  const others = cards.filter((card) => !matching.includes(card))
  const names = matching.map((card) => card.label).join(' or ')
  const rest = others.map((card) => `${card.label} ${card.tdpW.value} W`).join(', ')
  return { cards: matching, why: `${tdpW!.low} W is the ${names}; ${rest}` }
}

const formats: Readonly<Record<string, { format: Model['weightFormat']; bytes: number }>> = {
  bf16: { format: 'bf16', bytes: 2 },
  fp16: { format: 'bf16', bytes: 2 },
  fp8: { format: 'fp8', bytes: 1 },
  // 4 bits, and a 16-bit scale and a 4-bit zero for each group of 128.
  'awq-int4': { format: 'awq-int4', bytes: (4 + 16 / 128 + 4 / 128) / 8 },
}

/** The catalogue's model of that family, in the claimed weight format; FP8 where a table about FP8 names none. */
function modelOf(workload: Workload, models: readonly Model[]): Model | null {
  const prefix = workload.model
  if (prefix === undefined) return null
  const family = models.filter((model) => model.kind === 'text' && model.key.startsWith(prefix))
  const claimed = formats[workload.quant ?? 'fp8']
  const exact = family.find((model) => model.weightFormat === claimed?.format)
  if (exact || claimed === undefined) return exact ?? null
  const relative = family[0]
  return relative ? { ...relative, weightFormat: claimed.format, linearBytesPerParam: claimed.bytes } : null
}
