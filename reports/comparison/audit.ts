import { type Claims, cardTables, cellOf } from '../claims/claims.ts'
import { type Status, statuses, type Verdict } from '../claims/finding.ts'
import { buildTable, type Table, type Tone, text } from '../tables/table.ts'
import { BEYOND_LIMIT } from './throughput.ts'

const tones: Readonly<Record<Status, Tone>> = {
  impossible: 'bad',
  'contradicts-datasheet': 'bad',
  inconsistent: 'warn',
  off: 'warn',
  underspecified: 'warn',
  confirmed: 'good',
  consistent: 'good',
  plausible: 'plain',
  unverified: 'plain',
}

const troubling = new Set<Status>(['impossible', 'contradicts-datasheet', 'inconsistent', 'off', 'underspecified'])

/** Whether a verdict casts doubt on a claim. */
export const isTroubling = (status: Status): boolean => troubling.has(status)

/**
 * The audit of somebody's table as two of ours: what cannot stand, worst first, and what can. Every reason is worked
 * out from catalogue, physics, arithmetic and runs.
 */
export function auditTables(claims: Claims, verdicts: readonly Verdict[]): Table[] {
  const counts = statuses.map((status) => `${verdicts.filter((verdict) => verdict.status === status).length} ${status}`)
  const from = [claims.source.publisher, claims.source.published_at].filter((part) => part !== undefined).join(', ')
  const summary = `${claims.source.title} (${from || 'no source given'}): ${verdicts.length} claims, of which ${counts.join(', ')}.`
  const worst = verdicts
    .filter(({ status }) => troubling.has(status))
    .toSorted((a, b) => statuses.indexOf(a.status) - statuses.indexOf(b.status))
  const rest = verdicts.filter(({ status }) => !troubling.has(status))
  return [
    verdictTable(claims, worst, {
      id: 'audit',
      title: 'Questionable claims',
      notes: [summary, ...meaningNotes],
    }),
    verdictTable(claims, rest, { id: 'audit-rest', title: 'Other claims', notes: [] }),
  ]
}

const meaningNotes = [
  `Possible causes of an impossible rate: ${BEYOND_LIMIT}.`,
  'impossible: above a physical limit or larger than the memory; contradicts-datasheet: the catalogue has another value with a source; inconsistent: its own numbers disagree; off: differs from our measurement; underspecified: true or false depending on something that it does not state.',
]

function verdictTable(
  claims: Claims,
  verdicts: readonly Verdict[],
  named: { readonly id: string; readonly title: string; readonly notes: string[] },
): Table {
  return buildTable({
    ...named,
    columns: [
      {
        id: 'claim',
        head: 'Claim',
        align: 'left',
        cell: (verdict: Verdict) => text(describe(claims, verdict.cell).claim),
      },
      {
        id: 'says',
        head: 'Claimed value',
        align: 'left',
        cell: (verdict) => text(describe(claims, verdict.cell).says),
      },
      { id: 'verdict', head: 'Verdict', align: 'left', cell: ({ status }) => text(status, tones[status]) },
      { id: 'why', head: 'Why', align: 'left', cell: ({ why }) => text(why.join('; ')) },
    ],
    rows: verdicts,
    rowId: (verdict) => verdict.cell,
  })
}

/** A cell's address in words: its row and card, and the claimed value. */
function describe(claims: Claims, cell: string): { claim: string; says: string } {
  const [table = '', ...rest] = cell.split('.')
  const id = rest.join('.')
  if (table === 'text') return { claim: 'Text', says: claims.text_claims.find((claim) => claim.id === id)?.text ?? id }
  if (table === 'serving')
    return { claim: `Serving example ${id}`, says: claims.serving_examples.find((at) => at.id === id)?.model ?? id }
  if (table === 'winners') {
    const row = claims.tables.winners?.rows.find((at) => at.id === id)
    const said = [row?.winner, row?.why].filter((part) => part !== undefined)
    return { claim: row?.label ?? id, says: said.join(': ') }
  }
  return describeCell(claims, table, id)
}

function describeCell(claims: Claims, table: string, id: string): { claim: string; says: string } {
  const known = cardTables.find((at) => at === table)
  const column = id.slice(id.lastIndexOf('.') + 1)
  const row = known && claims.tables[known]?.rows.find((at) => `${at.id}.${column}` === id)
  if (!row) return { claim: id, says: '' }
  const weights = row.workload?.claimed_weights_gb
  if (column === 'claimed_weights_gb') return { claim: `${row.label}, size of weights`, says: `${weights} GB` }
  const card = claims.cards[column]?.label ?? column
  return { claim: `${row.label}, ${card}`, says: cellOf(row, column)?.raw ?? '' }
}
