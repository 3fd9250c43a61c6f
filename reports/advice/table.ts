import { buildTable, type Table, text } from '../tables/table.ts'
import { type Advice, adviceOn, type Bought } from './advice.ts'

/** "Production gotchas" of the article: what to know of these cards before buying them. Null where no card is known. */
export function adviceTable(bought: Bought): Table | null {
  if (bought.cards.length === 0) return null
  return buildTable<Advice>({
    id: 'advice',
    title: 'Production gotchas',
    columns: [
      { id: 'lead', head: 'Advice', align: 'left', cell: ({ lead }) => text(lead) },
      {
        id: 'why',
        head: 'Why',
        align: 'left',
        cell: (at) => ({ ...text(at.text), ...(at.simulated ? { simulated: true } : {}) }),
      },
    ],
    rows: adviceOn(bought),
    rowId: ({ id }) => id,
  })
}
