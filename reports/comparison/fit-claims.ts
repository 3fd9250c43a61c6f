import { fitFinding, fitOf } from '../claims/audit-fits.ts'
import { claimCatalogue } from '../claims/claim-catalogue.ts'
import { type Claims, cellOf } from '../claims/claims.ts'
import { auditContext } from '../claims/context.ts'
import type { Status } from '../claims/finding.ts'
import { formatNumber } from '../render/format-cell.ts'
import { buildTable, type Cell, type Column, type Table, text } from '../tables/table.ts'

/** One claimed cell of "what fits" and the computed one. */
export interface FitClaim {
  readonly row: string
  readonly label: string
  readonly card: string
  /** As printed. */
  readonly claimed: string
  /** Computed with the usual assumptions; null where the catalogue lacks the data. */
  readonly ours: string | null
  readonly headroomRatio: number | null
  readonly agrees: boolean
  readonly status: Status
  readonly why: string
}

/** Every classified cell of a claims file's "what fits", with the computed class and its bytes. */
export function fitClaims(claims: Claims): FitClaim[] {
  const context = auditContext(claims, claimCatalogue)
  return (claims.tables.fits?.rows ?? []).flatMap((row) =>
    context.cardKeys.flatMap((card): FitClaim[] => {
      const cell = cellOf(row, card)
      if (cell === null || typeof cell.value !== 'string' || row.workload === undefined) return []
      const claimed = cell.value
      const found = fitOf(context, row.workload, card)
      const fit = 'reason' in found ? null : found
      const { status, why } = fitFinding(context, {
        workload: row.workload,
        key: card,
        claimed,
        at: `fits.${row.id}.${card}`,
      })
      return [
        {
          row: row.id,
          label: row.label,
          card,
          claimed: cell.raw,
          ours: fit?.usualClass ?? null,
          headroomRatio: fit?.usual ?? null,
          agrees: fit?.usualClass === claimed,
          status,
          why,
        },
      ]
    }),
  )
}

/** Claimed and computed classes, one row per configuration; notes explain every difference. */
export function fitClaimsTable(claims: Claims): Table {
  const all = fitClaims(claims)
  const cards = [...new Set(all.map((claim) => claim.card))]
  const rows = claims.tables.fits?.rows ?? []
  type Row = (typeof rows)[number]
  const of = (row: Row, card: string) => all.find((claim) => claim.row === row.id && claim.card === card)
  const pair = (card: string): Column<Row>[] => {
    const label = claims.cards[card]?.label ?? card
    return [
      {
        id: `${card}-said`,
        head: `${label}: claimed`,
        align: 'right',
        cell: (row) => text(of(row, card)?.claimed ?? cellOf(row, card)?.raw ?? 'n/a'),
      },
      { id: `${card}-ours`, head: 'computed', align: 'right', cell: (row) => oursCell(of(row, card)) },
    ]
  }
  const disagreements = all.filter((claim) => !claim.agrees)
  return buildTable({
    id: 'fit-claims',
    title: `"${claims.tables.fits?.title ?? 'What fits'}": claimed and computed`,
    columns: [
      { id: 'configuration', head: 'Configuration', align: 'left', cell: (row: Row) => text(row.label) },
      ...cards.flatMap(pair),
    ],
    rows,
    rowId: (row) => row.id,
    notes: [
      `${all.length - disagreements.length} of ${all.length} cells agree. Where nothing is stated: FP16 KV, 16k context, 4k context per session.`,
      ...disagreements.map(
        (claim) =>
          `${claim.label}, ${claims.cards[claim.card]?.label ?? claim.card}: claimed ${claim.claimed}, computed ${claim.ours ?? 'unknown'}: ${claim.status}: ${claim.why}`,
      ),
    ],
  })
}

function oursCell(claim: FitClaim | undefined): Cell {
  if (claim === undefined) return text('-')
  if (claim.ours === null) return { kind: 'missing', reason: claim.why }
  const ratio = claim.headroomRatio === null ? '' : `headroom ${formatNumber(claim.headroomRatio, 1)}x`
  const same = { kind: 'text', text: claim.ours, detail: ratio } as const
  return claim.agrees ? same : { ...same, tone: 'bad' }
}
