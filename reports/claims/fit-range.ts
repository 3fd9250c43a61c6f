import type { Card } from '../../harness/catalogue/types.ts'
import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../../harness/physics/gpu-memory-utilization.ts'
import {
  type Fit,
  type FitVerdict,
  fitOf,
  LEAST_OVERHEAD_BYTES,
  overheadBytesOf,
} from '../../harness/physics/memory.ts'
import { type KvElementBytes, kvBytesPerToken } from '../../harness/physics/model/kv.ts'
import { weightBytes } from '../../harness/physics/model/weights.ts'
import { formatNumber } from '../render/format-cell.ts'
import type { ClaimedModel } from './claimed-model.ts'
import { imageJobOf } from './image-jobs.ts'
import type { Workload } from './schema.ts'

/** Headroom of a workload on a card (room / required), from the most favourable to the usual reading of what is not stated. */
export interface FitRange {
  /** The smallest format, FP8 KV, the shortest usual context, all memory but the least overhead: below 1 it cannot fit. */
  readonly best: number
  /** 16-bit weights and KV, the longest usual context, vLLM's usual share of memory and overhead. */
  readonly usual: number
  readonly usualClass: FitVerdict
  readonly evidence: string
  /** What must hold where it fits by the best reading only. */
  readonly condition: string
}

/** Usual tokens per session where none are stated, minimum and maximum. */
const usualSessionTokens = [1024, 4096] as const
const usualContextTokens = [1024, 16384] as const

const gb = (bytes: number): string => formatNumber(bytes / 1e9, 1)
const thousands = (tokens: number): string => `${formatNumber(Math.max(0, tokens) / 1000, 1)}k`

/** Fit of a language model; the edition with the most memory decides. */
export function textFit(claimed: ClaimedModel, cards: readonly Card[], workload: Workload): FitRange | null {
  const card = cards.toSorted((a, b) => b.cudaBytes.value - a.cudaBytes.value)[0]
  if (card === undefined) return null
  const count = workload.cards ?? 1
  const sessions = workload.concurrency ?? workload.batch ?? 1
  const contexts = workload.context
    ? ([workload.context, workload.context] as const)
    : sessions > 1
      ? usualSessionTokens
      : usualContextTokens
  const [leastKv, usualKv] = kvBytes(workload)
  const { model } = claimed.usual
  const usual = fitOf(card, model, {
    contextTokens: contexts[1],
    sessions,
    kvBytesPerElement: usualKv,
    gpuMemoryUtilization: DEFAULT_GPU_MEMORY_UTILIZATION,
    gpus: count,
  })
  const smallest = claimed.readings[0].model
  const mostBytes = count * (card.cudaBytes.value - LEAST_OVERHEAD_BYTES) - weightBytes(smallest)
  const mostTokens = mostBytes / kvBytesPerToken(smallest, leastKv) / sessions
  const device = count === 1 ? `${gb(card.cudaBytes.value)} GB` : `${count} x ${gb(card.cudaBytes.value)} GB`
  const asked = claimed.stated ? '' : ` in ${claimed.usual.format}`
  return {
    best: mostTokens / contexts[0],
    usual: usual.headroomRatio,
    usualClass: usual.verdict,
    evidence: roomText(`${gb(weightBytes(model))} GB of weights${asked} on ${device}`, usual, {
      sessions,
      usualKv,
      mostTokens,
    }),
    condition: conditionOf({ claimed, workload, usual, leastKv, usualKv }),
  }
}

/** Bytes of a KV element, from the kindest to the usual reading. */
function kvBytes({ kv_cache: kv }: Workload): readonly [KvElementBytes, KvElementBytes] {
  if (kv === null || kv === undefined) return [1, 2]
  return kv === 'fp8' ? [1, 1] : [2, 2]
}

interface Room {
  readonly sessions: number
  readonly usualKv: KvElementBytes
  /** Tokens per session by the kindest reading. */
  readonly mostTokens: number
}

function roomText(weights: string, usual: Fit, { sessions, usualKv, mostTokens }: Room): string {
  const perSession = sessions > 1 ? ' per session' : ''
  const most = mostTokens > 0 ? `at most ${thousands(mostTokens)} by the kindest reading` : ''
  if (usual.freeBytes <= 0)
    return most === '' ? weights : `${weights} leave no KV at vLLM's usual share of memory, ${most}`
  const tokens = thousands(usual.maxContextTokens)
  const inFp8 = usualKv === 1 ? '' : ` in FP16, ${thousands(2 * usual.maxContextTokens)} in FP8`
  return `${weights} leave KV for ${tokens} tokens${perSession}${inFp8} at vLLM's usual share of memory; ${most}`
}

/** What the kindest reading changes about the usual one, as far as the source leaves it open. */
function conditionOf(at: {
  readonly claimed: ClaimedModel
  readonly workload: Workload
  readonly usual: Fit
  readonly leastKv: KvElementBytes
  readonly usualKv: KvElementBytes
}): string {
  const withLeastKv = at.usual.headroomRatio * (at.usualKv / at.leastKv)
  const conditions = [
    at.workload.context ? '' : 'short contexts',
    at.claimed.stated ? '' : 'fewer bits per weight',
    at.leastKv < at.usualKv ? 'FP8 KV' : '',
    // even FP8 KV does not find room in the usual share
    at.workload.context && withLeastKv < 1
      ? `more than vLLM's usual share of memory (${DEFAULT_GPU_MEMORY_UTILIZATION})`
      : '',
  ].filter((condition) => condition !== '')
  const joint = at.workload.context ? ' and ' : ' or '
  return conditions.length === 0 ? 'only with less overhead than usual' : `only with ${conditions.join(joint)}`
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
    condition: 'only with the encoders unloaded',
  }
}
