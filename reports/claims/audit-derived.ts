import { evaluate, exactly, overlaps, quotient, type Range, roundingOf } from './arithmetic.ts'
import { fitFinding } from './audit-fits.ts'
import { type CardTable, type ClaimRow, cardTables, cellOf } from './claims.ts'
import { type AuditContext, quantityOf } from './context.ts'
import type { Finding } from './finding.ts'
import { resolveName } from './names.ts'

/** Every cell that follows from others: `derived` rows, deltas in per cent, uplifts. */
export function auditDerived(context: AuditContext): Finding[] {
  return cardTables.flatMap((table) =>
    (context.claims.tables[table]?.rows ?? []).flatMap((row) => [
      ...derivedFindings(context, table, row),
      ...comparisonFindings(context, table, row),
    ]),
  )
}

function derivedFindings(context: AuditContext, table: CardTable, row: ClaimRow): Finding[] {
  if (row.derived === undefined) return []
  return context.cardKeys.flatMap((key): Finding[] => {
    const cell = cellOf(row, key)
    const printed = cell === null ? null : roundingOf(cell.raw)
    const lookup = (name: string): Range | null => {
      const ref = resolveName(name, table)
      return context.quantity(ref.table, ref.id, key)
    }
    const computed = evaluate(row.derived!, lookup)
    if (cell === null || printed === null || computed === null) return []
    const at = `${table}.${row.id}.${key}`
    const why = `${row.derived} = ${show(computed)} from its own cells, printed ${cell.raw}`
    return [{ cell: at, status: overlaps(printed, computed) ? 'consistent' : 'inconsistent', why }]
  })
}

/** A delta or uplift column compares the second card with the first. */
function comparisonFindings(context: AuditContext, table: CardTable, row: ClaimRow): Finding[] {
  const [first, second] = context.cardKeys
  if (first === undefined || second === undefined) return []
  return ['delta', 'uplift'].flatMap((column): Finding[] => {
    const cell = cellOf(row, column)
    if (cell?.kind === 'only') return onlyFinding(context, row, String(cell.value), `${table}.${row.id}.${column}`)
    const printed = cell === null ? null : roundingOf(cell.raw)
    const ratio = upliftOf(row, first, second)
    if (cell === null || printed === null || ratio === null) return []
    if (cell.kind !== 'delta_percent' && cell.kind !== 'ratio') return []
    const percent = cell.kind === 'delta_percent'
    const computed = percent ? { low: (ratio.low - 1) * 100, high: (ratio.high - 1) * 100 } : ratio
    const why = `recomputed ${show(computed)}${percent ? ' %' : 'x'}, printed ${cell.raw}`
    const status = overlaps(printed, computed) ? 'consistent' : 'inconsistent'
    return [{ cell: `${table}.${row.id}.${column}`, status, why }]
  })
}

/** "This card only" holds if the other card is OOM. */
function onlyFinding(context: AuditContext, row: ClaimRow, owner: string, at: string): Finding[] {
  if (row.workload === undefined) return []
  const others = context.cardKeys.filter((key) => key !== owner)
  return others.map((key) => fitFinding(context, { workload: row.workload!, key, claimed: 'OOM', at }))
}

/** The second card's value over the first's; for seconds per image the inverse. */
export function upliftOf(row: ClaimRow, first: string, second: string): Range | null {
  const [under, over] = [quantityOf(row, first), quantityOf(row, second)]
  if (under === null || over === null) return null
  return cellOf(row, first)?.unit?.startsWith('s/') ? quotient(under, over) : quotient(over, under)
}

const show = (range: Range): string => {
  const ends = [...new Set([range.low, range.high].map((end) => String(Number(end.toPrecision(4)))))]
  return ends.join(' to ')
}

/** £ per million output tokens from the claims' own values, with the card under load all year. Null when one is missing. */
export function ownGbpPerMillionTokens(context: AuditContext, rowId: string, key: string): number | null {
  const parameters = context.claims.tables.economics?.parameters
  const price = context.quantity('economics', 'price', key)
  const power = context.quantity('economics', 'sustained_power_b32', key)
  const rate = context.quantity('throughput', rowId, key)
  const unit = context.row('throughput', rowId)
  if (!parameters || !price || !power || !rate || (unit && cellOf(unit, key)?.unit !== 'tokens/s')) return null
  const scope = new Map<string, Range>([
    ['price', price],
    ['watts', power],
    ['rate', rate],
    ['years', exactly(parameters.amortisation_years)],
    ['hours', exactly(parameters.hours_per_year)],
    ['tariff', exactly(parameters.tariff_gbp_per_kwh)],
  ])
  const formula = '(price / years + watts / 1000 * hours * tariff) / (rate * hours * 3600 / 1000000)'
  return evaluate(formula, (name) => scope.get(name) ?? null)?.low ?? null
}
