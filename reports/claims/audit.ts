import { auditAsserts } from './audit-asserts.ts'
import { auditDerived } from './audit-derived.ts'
import { auditFits } from './audit-fits.ts'
import { auditPower } from './audit-power.ts'
import { auditServing } from './audit-serving.ts'
import { auditSpec } from './audit-spec.ts'
import { type CardTable, type ClaimCell, type Claims, cardTables, cellOf } from './claims.ts'
import { auditContext, type ClaimCatalogue } from './context.ts'
import { dimensionsOf } from './file/known-rows.ts'
import { type Finding, type Verdict, verdictsOf } from './finding.ts'
import { auditCoherence } from './rates/audit-coherence.ts'
import { auditRates } from './rates/audit-rates.ts'

/**
 * Verdicts on every cell and sentence of a claims file from catalogue, physics and arithmetic. Pure; no verdict is
 * stored. `measured` adds findings from run records (see `measured.ts`).
 */
export function auditClaims(claims: Claims, catalogue: ClaimCatalogue, measured: readonly Finding[] = []): Verdict[] {
  const context = auditContext(claims, catalogue)
  const findings = [
    ...auditSpec(context),
    ...auditPower(context),
    ...auditFits(context),
    ...auditRates(context),
    ...auditCoherence(context),
    ...auditDerived(context),
    ...auditAsserts(context),
    ...auditServing(context),
    ...measured,
  ]
  const decided = new Set(findings.map(({ cell }) => cell))
  const cells = everyCell(claims)
  const order = new Map(cells.map(({ cell }, index) => [cell, index]))
  const place = ({ cell }: Verdict) => order.get(cell) ?? order.size
  return verdictsOf([...findings, ...cells.filter(({ cell }) => !decided.has(cell))]).toSorted(
    (a, b) => place(a) - place(b),
  )
}

/** An undecided finding for each cell of the tables, so that every cell has a verdict. */
function everyCell(claims: Claims): Finding[] {
  const why = ({ kind }: ClaimCell, table: CardTable, id: string): string =>
    kind === 'text' && dimensionsOf(table, id) !== null
      ? 'its text does not begin with a number in a unit of this row'
      : 'cannot be decided by catalogue, physics or arithmetic'
  const keys = [...Object.keys(claims.cards), 'delta', 'uplift']
  return cardTables.flatMap((table) =>
    (claims.tables[table]?.rows ?? []).flatMap((row) =>
      keys.flatMap((key): Finding[] => {
        const cell = cellOf(row, key)
        const says = cell !== null && cell.kind !== 'not_applicable'
        return says ? [{ cell: `${table}.${row.id}.${key}`, status: 'unverified', why: why(cell, table, row.id) }] : []
      }),
    ),
  )
}
