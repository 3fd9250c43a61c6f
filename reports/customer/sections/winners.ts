import { buildTable, type Table, text } from '../../tables/table.ts'
import { type Block, type Section, tableBlock } from '../document.ts'
import { decisionRules } from '../rules.ts'
import type { Subject } from '../subject.ts'

interface WinnerRow {
  readonly id: string
  readonly title: string
  readonly rule: string | null
  readonly winner: string | null
  readonly why: string
}

/** "Per-workload winner table": by measurement, and by rules that are stated beside their answer. */
export function winnersSection(subject: Subject): Section | null {
  if (subject.selection.cards.length < 2) return null
  const measured = subject.winners.map(
    ({ workload, card, why }): WinnerRow => ({
      id: workload.id,
      title: workload.title,
      rule: null,
      winner: card?.label ?? null,
      why,
    }),
  )
  const ruled = decisionRules.map(({ id, title, rule, decide }): WinnerRow => {
    const { card, why } = decide(subject)
    return { id, title, rule, winner: card?.label ?? null, why }
  })
  const isSimulated = subject.runs.some(({ source }) => source === 'simulated')
  const blocks: Block[] = tableBlock({ ...winnersTable([...measured, ...ruled]), simulated: isSimulated })
  return { id: 'winners', title: 'Per-workload winner table', blocks }
}

const winnersTable = (rows: readonly WinnerRow[]): Table =>
  buildTable({
    id: 'winners',
    title: 'Winners',
    columns: [
      {
        id: 'workload',
        head: 'Workload',
        align: 'left',
        cell: ({ title, rule }: WinnerRow) => ({
          kind: 'text',
          text: title,
          ...(rule === null ? {} : { detail: `Rule: ${rule}` }),
        }),
      },
      { id: 'winner', head: 'Winner', align: 'left', cell: ({ winner }) => text(winner ?? 'none') },
      { id: 'why', head: 'Why', align: 'left', cell: ({ why }) => text(why) },
    ],
    rows,
    rowId: ({ id }) => id,
    notes: [
      'Without a stated rule: of the cards that run the workload within its SLO, the one with the lowest cost per unit of output, or per month where the demand is fixed. There is no winner where the difference is below 3 % or within the intervals.',
    ],
  })
