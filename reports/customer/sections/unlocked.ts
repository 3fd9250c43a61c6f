import { joinedAnd, joinedOr } from '../../answer/phrases.ts'
import { fitsTable, queuedNotes } from '../../comparison/what-fits.ts'
import { forCustomer } from '../customer-table.ts'
import { paragraph, type Section, tableBlock } from '../document.ts'
import type { Subject } from '../subject.ts'

/** "What the memory unlocks": what fits each card, computed from bytes, and what only the larger one holds. */
export function unlocked({ cards, selection, facts }: Subject): Section | null {
  if (cards.length === 0) return null
  const most = Math.max(...cards.map(({ vramGb }) => vramGb?.value ?? 0))
  const table = fitsTable(cards)
  const title = most > 0 ? `${most} GB and what it unlocks` : 'What fits'
  const kept = forCustomer(table, {
    title: 'What fits',
    notes: [
      'Computed from the bytes of weights and KV cache, not measured. Headroom is the room for KV cache divided by what the row needs: Tight below 2, Comfortable below 8, otherwise Trivial; OOM means that it does not fit at once.',
      ...queuedNotes(selection, facts),
    ],
    oom: (row, column) => shortOom(table, row, column),
  })
  return { id: 'memory', title, blocks: [...tableBlock(kept), ...closing({ table, cards })] }
}

/** The evidence of an OOM without the names of its row and column, which stand beside it. */
function shortOom(table: ReturnType<typeof fitsTable>, row: string, column: string): string | null {
  const at = table.columns.findIndex(({ id }) => id === column)
  const cell = table.rows.find(({ id }) => id === row)?.cells[at]
  return cell?.kind === 'oom' ? cell.evidence.slice(cell.evidence.lastIndexOf(': ') + 2) : null
}

type FitsTable = ReturnType<typeof fitsTable>
type FitsRow = FitsTable['rows'][number]

const labelOf = (row: FitsRow): string => (row.cells[0]?.kind === 'text' ? row.cells[0].text : row.id)
const isOom = (row: FitsRow, card: number): boolean => row.cells[card + 1]?.kind === 'oom'

/** What one card of each kind cannot hold. */
export function beyondAll(cards: Subject['cards']): string[] {
  if (cards.length === 0) return []
  return fitsTable(cards)
    .rows.filter((row) => cards.every((_, index) => isOom(row, index)))
    .map(labelOf)
}

function closing({ table, cards }: { readonly table: ReturnType<typeof fitsTable>; readonly cards: Subject['cards'] }) {
  const isKnown = (row: FitsRow, card: number) => row.cells[card + 1]?.kind === 'text'
  const order = cards.map((card, index) => ({ index, gb: card.vramGb?.value ?? 0 })).toSorted((a, b) => a.gb - b.gb)
  const [least, most] = [order[0]!, order.at(-1)!]
  if (least.gb === most.gb) return []
  const gained = table.rows.filter((row) => isOom(row, least.index) && isKnown(row, most.index)).map(labelOf)
  const beyond = beyondAll(cards)
  return [
    ...(gained.length > 0 ? [paragraph(`${most.gb} GB unlocks ${joinedAnd(gained)}.`)] : []),
    ...(beyond.length > 0 ? [paragraph(`No card of this page holds ${joinedOr(beyond)}.`)] : []),
  ]
}
