import { weightBytes } from '../../harness/physics/model/weights.ts'
import { formatNumber } from '../render/format-cell.ts'
import type { ModelReading } from './claimed-model.ts'
import { cellOf } from './claims.ts'
import type { AuditContext } from './context.ts'
import type { Finding } from './finding.ts'
import { type FitRange, imageTrainingFit, textFit } from './fit-range.ts'
import type { Workload } from './schema.ts'

/** A stated size of weights may omit scales and embeddings, no more. */
const WEIGHT_TOLERANCE = 0.1

/** "What fits": each class against bytes, each stated size of weights against the parameters. */
export function auditFits(context: AuditContext): Finding[] {
  const rows = context.claims.tables.fits?.rows ?? []
  const cells = rows.flatMap((row) =>
    context.cardKeys.flatMap((key): Finding[] => {
      const cell = cellOf(row, key)
      if (cell === null || typeof cell.value !== 'string' || row.workload === undefined) return []
      const at = `fits.${row.id}.${key}`
      return [fitFinding(context, { workload: row.workload, key, claimed: cell.value, at })]
    }),
  )
  return [...cells, ...rows.flatMap((row) => weightFinding(context, row.id, row.workload))]
}

/** Whether a workload fits as claimed; `claimed` is a class, or simply OOM. */
export function fitFinding(
  context: AuditContext,
  claim: { readonly workload: Workload; readonly key: string; readonly claimed: string; readonly at: string },
): Finding {
  const { workload, key, claimed, at } = claim
  const fit = fitOf(context, workload, key)
  if ('reason' in fit) return { cell: at, status: 'unverified', why: fit.reason }
  return { cell: at, ...(claimed === 'OOM' ? judgeOom(fit) : judgeFits(fit, claimed)) }
}

/** Headroom of a workload on a claimed card, or why it is not known. */
export function fitOf(context: AuditContext, workload: Workload, key: string): FitRange | { readonly reason: string } {
  const model = context.model(workload)
  const cards = context.editions(key)
  const fit = 'reason' in model ? imageTrainingFit(workload, cards) : textFit(model, cards, workload)
  return fit ?? { reason: cards.length > 0 && 'reason' in model ? model.reason : context.unknownCard(key) }
}

type Judgement = Omit<Finding, 'cell'>

function judgeOom({ best, usual, evidence }: FitRange): Judgement {
  if (best < 1) return { status: 'consistent', why: evidence }
  if (usual >= 1)
    return {
      status: 'inconsistent',
      why: `it fits, with room for ${formatNumber(usual, 1)} times the requirement: ${evidence}`,
    }
  return {
    status: 'underspecified',
    why: `depends on the tokens per sequence: ${evidence}; vLLM queues sequences before it runs out of memory`,
  }
}

function judgeFits({ best, usual, usualClass, evidence, condition }: FitRange, claimed: string): Judgement {
  if (best < 1) return { status: 'impossible', why: evidence }
  if (usual < 1) return { status: 'underspecified', why: `${condition}: ${evidence}` }
  const differs = claimed === usualClass || claimed === 'fits' ? '' : `; on our scale ${usualClass}`
  return {
    status: 'consistent',
    why: `room for ${formatNumber(usual, 1)} times the requirement: ${evidence}${differs}`,
  }
}

function weightFinding(context: AuditContext, rowId: string, workload: Workload | undefined): Finding[] {
  const claimedGb = workload?.claimed_weights_gb
  const claimed = workload === undefined ? null : context.model(workload)
  if (claimedGb === undefined || claimed === null || 'reason' in claimed) return []
  const cell = `fits.${rowId}.claimed_weights_gb`
  const gbOf = ({ model }: ModelReading) => weightBytes(model) / 1e9
  const { model, format } = claimed.usual
  const params = formatNumber(model.totalParams / 1e9, 2)
  if (!claimed.stated) {
    const within = claimedGb <= gbOf(claimed.usual) * (1 + WEIGHT_TOLERANCE)
    const why = `the format of the weights is not stated: ${params}e9 parameters are at most ${formatNumber(gbOf(claimed.usual), 1)} GB, claimed ${claimedGb} GB`
    return [{ cell, status: within ? 'underspecified' : 'inconsistent', why }]
  }
  const gb = gbOf(claimed.usual)
  const agrees = Math.abs(claimedGb / gb - 1) <= WEIGHT_TOLERANCE
  const why = `${params}e9 parameters as ${format} are ${formatNumber(gb, 1)} GB, claimed ${claimedGb} GB`
  return [{ cell, status: agrees ? 'consistent' : 'inconsistent', why }]
}
