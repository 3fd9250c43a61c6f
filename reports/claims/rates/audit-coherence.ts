import { formatNumber, formatShare } from '../../render/format-cell.ts'
import { cellOf } from '../claims.ts'
import { type AuditContext, quantityOf } from '../context.ts'
import { tokenRate } from '../file/units.ts'
import type { Finding } from '../finding.ts'
import type { Workload } from '../schema.ts'
import { claimLimit } from './model-physics.ts'

/** Streams share a card: the rate per stream cannot grow with their number by more than the measurement error. */
const GROWTH = 1.05
/** At one context, the share of the limit that a card and model reach does not vary by more than this factor. */
const SHARE_SPREAD = 3
/** Context tokens for comparing shares where none is stated. */
const CONTEXT = 512

interface Point {
  readonly cell: string
  readonly label: string
  readonly batch: number
  readonly rate: number
  /** Of the limit at that batch and 512 tokens of context. */
  readonly share: number
}

/** Rates of one model on one card at several batch sizes must be consistent with each other. */
export function auditCoherence(context: AuditContext): Finding[] {
  return context.cardKeys.flatMap((key) => {
    const families = Map.groupBy(pointsOf(context, key), ({ family }) => family)
    return [...families.values()].flatMap((points) =>
      points.flatMap((point) => points.flatMap((other) => (other === point ? [] : disagreement(point, other)))),
    )
  })
}

function pointsOf(context: AuditContext, key: string): (Point & { family: string })[] {
  const card = context.editions(key)[0]
  return (context.claims.tables.throughput?.rows ?? []).flatMap((row) => {
    const rate = quantityOf(row, key)
    const batch = row.workload?.batch ?? row.workload?.concurrency
    const model = row.workload === undefined ? null : context.model(row.workload)
    if (!card || !rate || !batch || !model || 'reason' in model || cellOf(row, key)?.unit !== tokenRate.base) return []
    // rows that may differ in more than the batch are not compared: what a source does not say is not held against it
    if (!model.stated || !isPlain(row.workload!)) return []
    const middle = (rate.low + rate.high) / 2
    const share =
      middle /
      claimLimit(card, model.usual, { batch, contextTokens: CONTEXT, gpus: row.workload!.cards ?? 1 }).tokensPerS
    const family = `${row.workload?.model} ${row.workload?.quant} ${row.workload?.cards ?? 1}`
    return [{ family, cell: `throughput.${row.id}.${key}`, label: row.label, batch, rate: middle, share }]
  })
}

/** Decoding without speculation, counted in output tokens. */
const isPlain = ({ phase, counts, speculation }: Workload): boolean =>
  phase !== 'prefill' && counts !== 'input-and-output' && (speculation === undefined || speculation === 'none')

function disagreement(point: Point, other: Point): Finding[] {
  const findings: Finding[] = []
  const [fewer, more] = point.batch < other.batch ? [point, other] : [other, point]
  const each = (at: Point) => `${formatNumber(at.rate / at.batch, 0)} t/s per stream at batch ${at.batch}`
  if (more.rate / more.batch > GROWTH * (fewer.rate / fewer.batch)) {
    findings.push({ cell: point.cell, status: 'inconsistent', why: `${each(fewer)}, but ${each(more)}` })
  }
  const [low, high] = point.share < other.share ? [point, other] : [other, point]
  if (high.share > SHARE_SPREAD * low.share) {
    const share = (at: Point) => `${formatShare(at.share)} of the limit at batch ${at.batch}`
    findings.push({
      cell: point.cell,
      status: 'inconsistent',
      why: `${share(low)}, but ${share(high)} (${CONTEXT} tokens of context)`,
    })
  }
  return findings
}
