import type { Card, Model } from '../../harness/catalogue/types.ts'
import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../../harness/physics/gpu-memory-utilization.ts'
import { kvBytesPerToken } from '../../harness/physics/kv.ts'
import { type Fit, type FitVerdict, fitOf, overheadBytesOf } from '../../harness/physics/memory.ts'
import { weightBytes } from '../../harness/physics/weights.ts'
import { formatNumber } from '../render/format-cell.ts'
import { imageJobOf } from './image-jobs.ts'
import type { Workload } from './schema.ts'

/** Headroom of a workload on a card (room / required), from the most favourable to the usual reading of what is not stated. */
export interface FitRange {
  /** FP8 KV, the shortest usual context, all memory for weights and KV: below 1 it cannot fit. */
  readonly best: number
  /** FP16 KV, the longest usual context, vLLM's usual share of memory and overhead. */
  readonly usual: number
  readonly usualClass: FitVerdict
  readonly evidence: string
}

/** Usual tokens per session where none are stated, minimum and maximum. */
const usualSessionTokens = [1024, 4096] as const
const usualContextTokens = [1024, 16384] as const

const gb = (bytes: number): string => formatNumber(bytes / 1e9, 1)

/** Fit of a language model; the edition with the most memory decides. */
export function textFit(model: Model, cards: readonly Card[], workload: Workload): FitRange | null {
  const card = cards.toSorted((a, b) => b.cudaBytes.value - a.cudaBytes.value)[0]
  if (card === undefined) return null
  const count = workload.cards ?? 1
  const sessions = workload.concurrency ?? workload.batch ?? 1
  const contexts = workload.context
    ? ([workload.context, workload.context] as const)
    : sessions > 1
      ? usualSessionTokens
      : usualContextTokens
  const usual = fitOf(card, model, {
    contextTokens: contexts[1],
    sessions,
    kvBytesPerElement: 2,
    gpuMemoryUtilization: DEFAULT_GPU_MEMORY_UTILIZATION,
    gpus: count,
  })
  const bestRoom = count * card.cudaBytes.value - weightBytes(model)
  const device = count === 1 ? `${gb(card.cudaBytes.value)} GB` : `${count} x ${gb(card.cudaBytes.value)} GB`
  return {
    best: bestRoom / (kvBytesPerToken(model, 1) * contexts[0] * sessions),
    usual: usual.headroomRatio,
    usualClass: usual.verdict,
    evidence: roomText(`${gb(weightBytes(model))} GB of weights on ${device}`, usual, sessions),
  }
}

function roomText(weights: string, fit: Fit, sessions: number): string {
  if (fit.freeBytes <= 0) return weights
  const tokens = formatNumber(fit.maxContextTokens / 1000, 1)
  const twice = formatNumber((2 * fit.maxContextTokens) / 1000, 1)
  const perSession = sessions > 1 ? ' per session' : ''
  return `${weights} leave KV for ${tokens}k tokens${perSession} in FP16, ${twice}k in FP8`
}

/** Fit of LoRA training of an image model; encoders may be unloaded in the best case, not in the usual one. */
export function imageTrainingFit(workload: Workload, cards: readonly Card[]): FitRange | null {
  const job = imageJobOf(workload.model)
  const card = cards.toSorted((a, b) => b.cudaBytes.value - a.cudaBytes.value)[0]
  if (job === null || card === undefined) return null
  const totalGb = card.cudaBytes.value / 1e9
  const usual = (totalGb - overheadBytesOf(card) / 1e9 - job.residentGb) / job.loraGb
  const weights = `${formatNumber(job.denoiserGb, 1)} GB of denoiser (${formatNumber(job.residentGb, 1)} with encoders) on ${formatNumber(totalGb, 1)} GB`
  return {
    best: (totalGb - job.denoiserGb) / job.loraGb,
    usual,
    usualClass: usual < 1 ? 'OOM' : usual < 2 ? 'Tight' : usual < 8 ? 'Comfortable' : 'Trivial',
    evidence: `${weights}, about ${job.loraGb} GB more to train`,
  }
}
