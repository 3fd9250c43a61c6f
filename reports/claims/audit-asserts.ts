import { exactly, overlaps, quotient, type Range } from './arithmetic.ts'
import { ownGbpPerMillionTokens, upliftOf } from './audit-derived.ts'
import { fitFinding } from './audit-fits.ts'
import { judgeHardware } from './audit-hardware.ts'
import { cellOf } from './claims.ts'
import type { AuditContext } from './context.ts'
import type { Finding } from './finding.ts'
import { convertedRate, rateFinding } from './rates/audit-rates.ts'
import type { Assert } from './schema.ts'

type Judgement = Omit<Finding, 'cell'>
const unverified = (why: string): Judgement => ({ status: 'unverified', why })

/** Sentences of the text and reasons of the winners' table; those without numbers stay unverified. */
export function auditAsserts(context: AuditContext): Finding[] {
  const winners = (context.claims.tables.winners?.rows ?? []).map((row) => ({
    cell: `winners.${row.id}`,
    asserts: row.asserts ?? [],
  }))
  const sentences = context.claims.text_claims.map((claim) => ({ cell: `text.${claim.id}`, asserts: claim.asserts }))
  return [...winners, ...sentences].flatMap(({ cell, asserts }): Finding[] => {
    if (asserts.length === 0) return [{ cell, ...unverified('states no number that can be checked') }]
    return asserts.map((assertion) => ({ cell, ...judge(context, assertion, cell) }))
  })
}

function judge(context: AuditContext, claim: Assert, at: string): Judgement {
  switch (claim.kind) {
    case 'price-ratio':
      return within(priceRatio(context, claim.over, claim.under), claim, 'x the price')
    case 'price-at-most': {
      const price = context.quantity('economics', 'price', claim.card)
      if (price === null) return unverified('no price stated')
      return { status: price.low <= claim.gbp ? 'consistent' : 'inconsistent', why: `its own price is £${price.low}` }
    }
    case 'uplift-range':
      return within(allUplifts(context, claim.over, claim.under, null), claim, 'x over all rows with both cards')
    case 'uplift-of-rows':
      return within(allUplifts(context, claim.over, claim.under, claim.rows), claim, 'x for these rows')
    case 'cost-per-token-ratio':
      return costRatio(context, claim)
    case 'cheapest-token':
      return cheapestToken(context, claim)
    case 'rate': {
      const { value, unit } = convertedRate(claim.value, claim.unit)
      return rateFinding(context, { workload: claim.workload, key: claim.card, rate: exactly(value), unit, at })
    }
    case 'fit':
      return fitFinding(context, {
        workload: claim.workload,
        key: claim.card,
        claimed: claim.fits ? 'fits' : 'OOM',
        at,
      })
    case 'own-cell-fits':
      return ownCellFits(context, claim.ref)
    case 'spec':
    case 'nvlink-pool':
    case 'nvlink-bandwidth':
    case 'pcie-bandwidth':
    case 'ecc-bandwidth':
    case 'usable-memory':
      return judgeHardware(context, claim, at)
    default:
      return claim satisfies never
  }
}

const two = (value: number): string => String(Number(value.toPrecision(3)))

/** A claimed range must contain what its own values give, to two digits. */
function within(computed: Range | null, claimed: { min: number; max: number }, what: string): Judgement {
  if (computed === null) return unverified('its own table lacks the values')
  const slack = 0.005
  const holds = computed.low >= claimed.min - slack && computed.high <= claimed.max + slack
  const span = computed.low === computed.high ? two(computed.low) : `${two(computed.low)} to ${two(computed.high)}`
  return { status: holds ? 'consistent' : 'inconsistent', why: `its own values give ${span}${what}` }
}

function priceRatio(context: AuditContext, over: string, under: string): Range | null {
  const [a, b] = [context.quantity('economics', 'price', over), context.quantity('economics', 'price', under)]
  return a && b ? quotient(a, b) : null
}

/** Minimum and maximum uplift by the middle of each stated range. */
function allUplifts(context: AuditContext, over: string, under: string, ids: readonly string[] | null): Range | null {
  const rows = (context.claims.tables.throughput?.rows ?? []).filter((row) => ids === null || ids.includes(row.id))
  const middles = rows.flatMap((row) => {
    const uplift = upliftOf(row, under, over)
    return uplift === null ? [] : [Math.sqrt(uplift.low * uplift.high)]
  })
  return middles.length === 0 ? null : { low: Math.min(...middles), high: Math.max(...middles) }
}

function costRatio(context: AuditContext, claim: Extract<Assert, { kind: 'cost-per-token-ratio' }>): Judgement {
  const cheap = ownGbpPerMillionTokens(context, claim.row, claim.cheaper)
  const dear = ownGbpPerMillionTokens(context, claim.row, claim.dearer)
  if (cheap === null || dear === null) return unverified('its own values give no cost per token')
  const factor = dear / cheap
  // A claimed 5 can be 4.5 to 5.5.
  const holds = overlaps(exactly(factor), { low: claim.min - 0.5, high: claim.max + 0.5 })
  const why = `£${cheap.toFixed(4)} and £${dear.toFixed(4)} per million tokens from its own values at 24/7 use: a factor of ${factor.toFixed(2)}`
  return { status: holds ? 'consistent' : 'inconsistent', why }
}

/** The best row of each card by £ per million tokens: a more expensive card can cost the same per token under more load. */
function cheapestToken(context: AuditContext, claim: Extract<Assert, { kind: 'cheapest-token' }>): Judgement {
  const best = (key: string) => {
    const costs = (context.claims.tables.throughput?.rows ?? []).flatMap((row) => {
      const gbp = cellOf(row, key) === null ? null : ownGbpPerMillionTokens(context, row.id, key)
      return gbp === null ? [] : [{ gbp, label: row.label }]
    })
    return costs.toSorted((a, b) => a.gbp - b.gbp)[0] ?? null
  }
  const [own, other] = [best(claim.card), best(claim.against)]
  if (own === null || other === null) return unverified('its own values give no cost per token')
  const factor = other.gbp / own.gbp
  const why = `from its own values £${own.gbp.toFixed(4)} (${own.label}) against £${other.gbp.toFixed(4)} (${other.label}) per million tokens: ${factor.toFixed(2)}x`
  return { status: factor >= claim.atLeast ? 'consistent' : 'inconsistent', why }
}

function ownCellFits(context: AuditContext, ref: string): Judgement {
  const [table, id, key] = ref.split('.') as [string, string, string]
  const row = table === 'fits' || table === 'throughput' ? context.row(table, id) : null
  const cell = row === null ? null : cellOf(row, key)
  if (cell === null) return unverified(`no cell ${ref}`)
  return {
    status: cell.kind === 'oom' ? 'inconsistent' : 'consistent',
    why: `its own table states ${cell.raw} for ${row!.label}`,
  }
}
