import type { Card, Model } from '../../harness/catalogue/types.ts'
import { formatNumber, formatShare } from '../render/format-cell.ts'
import type { Range } from './arithmetic.ts'
import { fitFinding, fitOf } from './audit-fits.ts'
import { judgeImageRate } from './audit-images.ts'
import { type AuditContext, rangeOf } from './context.ts'
import type { Finding } from './finding.ts'
import { claimLimit, memoryLimit } from './model-physics.ts'
import { type ClaimRow, cellOf, type Workload } from './schema.ts'

/** Every rate of the throughput table against what the card can do, and every OOM against the bytes. */
export function auditRates(context: AuditContext): Finding[] {
  const rows = context.claims.tables.throughput?.rows ?? []
  return rows.flatMap((row) => context.cardKeys.flatMap((key) => cellFindings(context, row, key)))
}

function cellFindings(context: AuditContext, row: ClaimRow, key: string): Finding[] {
  const cell = cellOf(row, key)
  const workload = row.workload
  if (cell === null || workload === undefined) return []
  const at = `throughput.${row.id}.${key}`
  if (cell.kind === 'oom') return [fitFinding(context, { workload, key, claimed: 'OOM', at })]
  const rate = rangeOf(row, key)
  if (rate === null) return []
  if (cell.unit === 's/image') return [{ cell: at, ...judgeImageRate(context, workload, key, rate) }]
  if (cell.unit === 'steps/s') {
    const why = 'steps per second cannot be checked without batch, sequence length and rank'
    return [{ cell: at, status: 'underspecified', why }]
  }
  return [tokenRateFinding(context, { workload, key, rate, at })]
}

/** A rate in tokens/s that somebody claims for a workload on the card with this key. */
interface RateClaim {
  readonly workload: Workload
  readonly key: string
  readonly rate: Range
}

/** A rate in tokens/s: does the model fit, and can the card read its weights that often? */
export function tokenRateFinding(context: AuditContext, claim: RateClaim & { readonly at: string }): Finding {
  const { workload, key, at } = claim
  const model = context.model(workload)
  const cards = context.editions(key)
  if (model === null || cards.length === 0) {
    return { cell: at, status: 'unverified', why: 'card or model is not in the catalogue' }
  }
  const fit = fitOf(context, { ...workload, context: workload.context ?? 1024, batch: 1, concurrency: 1 }, key)
  if (fit !== null && fit.best < 1) return { cell: at, status: 'impossible', why: `it does not fit: ${fit.evidence}` }
  return { cell: at, ...judgeTokenRate(context, model, cards, claim) }
}

function judgeTokenRate(
  context: AuditContext,
  model: Model,
  cards: readonly Card[],
  { workload, key, rate }: RateClaim,
): Omit<Finding, 'cell'> {
  // Without context the fewest bytes are read: the most favourable reading, and so the limit for every claim.
  const readings = cards.flatMap((card) =>
    batchesOf(workload).map((batch) => ({ card, batch, ...claimLimit(card, model, { batch, contextTokens: 0 }) })),
  )
  const beyond = readings.filter((reading) => rate.low > reading.tokensPerS)
  const best = readings.toSorted((a, b) => b.tokensPerS - a.tokensPerS)[0]!
  const middle = (rate.low + rate.high) / 2
  const needs = (middle * best.bytesPerStep) / best.batch / 1e9
  const alone = memoryLimit(best.card, model, { batch: best.batch, contextTokens: 0 }).tokensPerS
  const limit = `the limit of the ${best.card.label} is ${formatNumber(best.tokensPerS, 1)} t/s at batch ${best.batch} (${formatNumber(alone, 1)} t/s without its L2 cache)`
  if (beyond.length === readings.length) {
    const gap = `requires ${formatNumber(needs, 0)} of ${best.card.memoryBandwidthGBs.value} GB/s`
    return { status: 'impossible', why: `${gap}: ${limit}, this is ${formatShare(middle / best.tokensPerS)}` }
  }
  const own = ownBandwidthText(context, model, best, { key, rate: middle })
  if (beyond.length === 0)
    return { status: 'plausible', why: `${formatShare(middle / best.tokensPerS)}: ${limit}${own}` }
  const first = beyond[0]!
  const slow = `more than the ${formatNumber(first.tokensPerS, 1)} t/s that batch ${first.batch} allows`
  return {
    status: 'underspecified',
    why: `${slow}, less than ${formatNumber(best.tokensPerS, 1)} at batch ${best.batch}; the batch is not stated`,
  }
}

/** The possible batch sizes of a workload: the stated one, or one stream and all its sessions together. */
function batchesOf(workload: Workload): number[] {
  const stated = workload.batch ?? workload.concurrency
  return stated ? [stated] : [...new Set([1, workload.sessions ?? 1])]
}

/** The limit from the bandwidth that the claims file states, for the reason only: the bandwidth has its own verdict. */
function ownBandwidthText(
  context: AuditContext,
  model: Model,
  { card, batch }: { readonly card: Card; readonly batch: number },
  { key, rate }: { readonly key: string; readonly rate: number },
): string {
  const own = context.quantity('spec', 'memory_bandwidth', key)
  if (own === null || own.low >= card.memoryBandwidthGBs.value) return ''
  const limit = memoryLimit(card, model, { batch, contextTokens: 0, bandwidthGBs: own.low }).tokensPerS
  return rate > limit
    ? `; ${formatShare(rate / limit)} of the ${formatNumber(limit, 1)} t/s of its own ${own.low} GB/s`
    : ''
}
