import { specFindings } from './audit-spec.ts'
import { cellOf } from './claims.ts'
import type { AuditContext } from './context.ts'
import type { Finding } from './finding.ts'

/** Power in the economics table: the limit against the catalogue, sustained power against the limit. */
export function auditPower(context: AuditContext): Finding[] {
  const rows = context.claims.tables.economics?.rows ?? []
  return rows.flatMap((row) =>
    context.cardKeys.flatMap((key): Finding[] => {
      const cell = cellOf(row, key)
      const at = `economics.${row.id}.${key}`
      if (cell?.unit !== 'W' || typeof cell.value !== 'number') return []
      if (row.id === 'tdp') return specFindings(context, { key, rowId: 'tdp', cell, at })
      const limitW = Math.max(0, ...context.editions(key).map((card) => card.maxPowerLimitW?.value ?? 0))
      if (limitW === 0) return []
      const why = `${cell.value} W; the maximum power limit of the card is ${limitW} W`
      return [{ cell: at, status: cell.value <= limitW ? 'plausible' : 'impossible', why }]
    }),
  )
}
