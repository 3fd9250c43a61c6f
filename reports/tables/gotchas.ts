import type { Gate, RunRecord } from '../../harness/record/schema.ts'
import type { Facts } from '../facts.ts'
import { stampOf } from './figure-cell.ts'
import { buildTable, type Table, text } from './table.ts'

interface Gotcha {
  readonly run: RunRecord
  readonly gate: Gate
}

/** What the whole report already says of every simulated figure. */
const STAMPED = 'live-source'

/** Production gotchas: what the gates found on these boxes in these runs, and nothing that was not found. */
export function gotchasTable(runs: readonly RunRecord[], facts: Facts): Table | null {
  const found = runs.flatMap((run) =>
    run.gates
      .filter(({ id, status }) => id !== STAMPED && (status === 'fail' || status === 'warn'))
      .map((gate): Gotcha => ({ run, gate })),
  )
  if (found.length === 0) return null
  return buildTable({
    id: 'gotchas',
    title: 'Gotchas found on these boxes',
    columns: [
      {
        id: 'card',
        head: 'Card',
        align: 'left',
        cell: ({ run }: Gotcha) => ({
          ...text((run.card.key && facts.card(run.card.key)?.label) ?? run.card.name ?? 'unknown card'),
          ...stampOf(run),
        }),
      },
      { id: 'workload', head: 'Workload', align: 'left', cell: ({ run }) => text(run.scenario.title) },
      {
        id: 'gate',
        head: 'Gate',
        align: 'left',
        cell: ({ gate }) => text(`${gate.id} ${gate.status}`, gate.status === 'fail' ? 'bad' : 'warn'),
      },
      { id: 'evidence', head: 'Evidence', align: 'left', cell: ({ gate }) => text(gate.evidence) },
    ],
    rows: found.toSorted((a, b) => Number(a.gate.status === 'warn') - Number(b.gate.status === 'warn')),
    rowId: ({ run, gate }) => `${run.id}-${gate.id}`,
  })
}
